package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.restore.RestoreChanges;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a restore changes, or would. Content is counted by many threads, all else by one. */
public final class ChangeTally {
    private static final int MOST_NAMED = 1000;

    private final LongAdder pages = new LongAdder();
    private final LongAdder fetched = new LongAdder();
    private final LongAdder reused = new LongAdder();
    private final List<String> removals = new ArrayList<>();
    private long cut;
    private long removed;
    private long removedBytes;

    public void fetch(long pageCount, long bytes) {
        pages.add(pageCount);
        fetched.add(bytes);
    }

    public void reuse(long bytes) {
        reused.add(bytes);
    }

    public void cut() {
        cut++;
    }

    public void remove(Path path, long size) {
        if (removals.size() < MOST_NAMED) {
            removals.add(path.toString());
        }
        removed++;
        removedBytes += size;
    }

    public long fetchedBytes() {
        return fetched.sum();
    }

    public long reusedBytes() {
        return reused.sum();
    }

    public RestoreChanges changes(boolean existing) {
        return new RestoreChanges(
                existing, pages.sum(), fetched.sum(), reused.sum(), cut, removals, removed, removedBytes);
    }
}
