package io.pgbackup.core.engine.restore;

import io.pgbackup.restore.RestoreChanges;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a restore changes, or would. Content is counted by many threads, all else by one. */
final class ChangeTally {
    private static final int MOST_NAMED = 1000;

    private final LongAdder pages = new LongAdder();
    private final LongAdder fetched = new LongAdder();
    private final LongAdder reused = new LongAdder();
    private final List<String> removals = new ArrayList<>();
    private long cut;
    private long removed;
    private long removedBytes;

    void fetch(long pageCount, long bytes) {
        pages.add(pageCount);
        fetched.add(bytes);
    }

    void reuse(long bytes) {
        reused.add(bytes);
    }

    void cut() {
        cut++;
    }

    void remove(Path path, long size) {
        if (removals.size() < MOST_NAMED) {
            removals.add(path.toString());
        }
        removed++;
        removedBytes += size;
    }

    long fetchedBytes() {
        return fetched.sum();
    }

    long reusedBytes() {
        return reused.sum();
    }

    RestoreChanges changes(boolean existing) {
        return new RestoreChanges(
                existing, pages.sum(), fetched.sum(), reused.sum(), cut, removals, removed, removedBytes);
    }
}
