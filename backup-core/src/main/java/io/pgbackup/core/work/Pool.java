package io.pgbackup.core.work;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/**
 * Things that are too large to be made for every task: one for each worker, lent while a task runs. Safe for use by many threads.
 *
 * @param <T> what is lent
 */
public final class Pool<T> {
    private final List<T> all;
    private final BlockingQueue<T> free;

    /**
     * With everything free.
     *
     * @param all at least one
     */
    public Pool(Collection<T> all) {
        this.all = List.copyOf(all);
        this.free = new ArrayBlockingQueue<>(all.size(), false, new ArrayList<>(all));
    }

    /**
     * Uses one of them, waiting for it while all are in use.
     *
     * @param use what to do with it
     * @param <R> what comes of it
     * @return what the use returned
     */
    public <R> R with(Function<T, R> use) {
        T lent;
        try {
            lent = free.take();
        } catch (InterruptedException e) {
            throw Cancellation.interrupted(e);
        }
        try {
            return use.apply(lent);
        } finally {
            free.add(lent);
        }
    }

    /**
     * Everything, in use or not.
     *
     * @return an immutable list
     */
    public List<T> all() {
        return all;
    }
}
