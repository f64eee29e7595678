package io.pgbackup.core.block.change;

import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that a stretch of the log says of pages. Maps of free space and of visibility are left out: the log does not tell all their changes. Not safe for use by
 * many threads.
 */
public final class ChangeSet {
    private final Map<RelationFork, ForkChanges> forks = new HashMap<>();
    private @Nullable RelationFork lastFork;
    private @Nullable ForkChanges lastChanges;
    private boolean complete = true;

    /** Makes a set in which nothing has changed. */
    public ChangeSet() {}

    /**
     * A page was changed.
     *
     * @param fork whose page
     * @param block its number
     */
    public void mark(RelationFork fork, long block) {
        if (isTold(fork)) {
            of(fork).mark(block);
        }
    }

    /**
     * A fork was made, cut or removed.
     *
     * @param fork which
     * @param length how many pages it had then
     */
    public void cut(RelationFork fork, long length) {
        if (isTold(fork)) {
            of(fork).cut(length);
        }
    }

    /**
     * The directory of a database was made or removed: every file there is another one.
     *
     * @param tablespace object identifier
     * @param database object identifier
     */
    public void replaceDirectory(long tablespace, long database) {
        of(directory(tablespace, database)).cut(0);
    }

    /** Not all changes are in this stretch of the log. */
    void missChanges() {
        complete = false;
    }

    /**
     * Whether all changes are in the log.
     *
     * @return false if it was written with {@code wal_level=minimal}, at least for a while
     */
    public boolean complete() {
        return complete;
    }

    static boolean isTold(RelationFork fork) {
        return fork.fork() == Fork.MAIN || fork.fork() == Fork.INIT;
    }

    private static RelationFork directory(long tablespace, long database) {
        return new RelationFork(tablespace, database, 0, Fork.MAIN);
    }

    private ForkChanges of(RelationFork fork) {
        ForkChanges known = lastChanges;
        if (known == null || !fork.equals(lastFork)) {
            known = forks.computeIfAbsent(fork, absent -> new ForkChanges());
            lastFork = fork;
            lastChanges = known;
        }
        return known;
    }

    /**
     * Adds what happened later.
     *
     * @param later is not changed
     */
    public void addLater(ChangeSet later) {
        later.forks.forEach((fork, changes) -> of(fork).addLater(changes));
        complete &= later.complete;
    }

    /**
     * What happened to a fork.
     *
     * @param fork which
     * @return empty if nothing is known to have happened
     */
    public Optional<ForkChanges> find(RelationFork fork) {
        return Optional.ofNullable(forks.get(fork));
    }

    /**
     * Whether the directory of a database was made or removed.
     *
     * @param tablespace object identifier
     * @param database object identifier
     * @return true if what lies there is of no kin to what lay there before
     */
    public boolean replacedDirectory(long tablespace, long database) {
        return forks.containsKey(directory(tablespace, database));
    }

    /**
     * All forks to which something happened; a directory of a database stands for file node 0.
     *
     * @return in no order; not to be changed
     */
    public Map<RelationFork, ForkChanges> forks() {
        return Collections.unmodifiableMap(forks);
    }

    /**
     * How many pages are marked.
     *
     * @return of all forks
     */
    public long blockCount() {
        return forks.values().stream()
                .mapToLong(changes -> changes.blocks().count())
                .sum();
    }
}
