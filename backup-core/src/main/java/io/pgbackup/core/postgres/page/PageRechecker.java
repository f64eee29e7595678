package io.pgbackup.core.postgres.page;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.Pause;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Decides about a page that failed its check. The server may have been writing it: a torn page can show the old position or the new one, so
 * the page is read again before its position is believed. Only what stays bad and is older than the backup, or claims a position that the
 * log has not reached, is damaged (rule: {@code basebackup.c}; more tries than the server's one). Safe for use by many threads if the
 * pause and the supplier are.
 */
public final class PageRechecker {
    private static final int TRIES = 5;
    private static final long STEP_MILLIS = 5;

    /** A cluster with more damaged pages than this has another problem than torn ones; waiting for each would take days. */
    private static final int MOST_WAITED_FOR = 1000;

    private final PageCheck check;
    private final Lsn start;
    private final Supplier<Lsn> newest;
    private final Pause pause;
    private final AtomicInteger damaged = new AtomicInteger();

    /**
     * A rechecker for one backup.
     *
     * @param check the cluster's check
     * @param start where the backup began: later changes are replayed from WAL
     * @param newest how far the log is flushed at the time of asking; no page on disk can be newer
     * @param pause between tries
     */
    public PageRechecker(PageCheck check, Lsn start, Supplier<Lsn> newest, Pause pause) {
        this.check = check;
        this.start = start;
        this.newest = newest;
        this.pause = pause;
    }

    /**
     * Reads a page up to five times, after 0, 5, 10, 15 and 20 ms; without pauses once a thousand pages have proved to be damaged.
     *
     * @param source reads the page from its file
     * @param page as long as a page; holds the bytes of the last whole read afterwards
     * @param block the page's number within its fork, over all segments
     * @return what to do with the page
     */
    public RecheckOutcome recheck(PageSource source, byte[] page, int block) {
        byte[] read = new byte[check.pageSize()];
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (damaged.get() < MOST_WAITED_FOR) {
                pause.pause(Duration.ofMillis(attempt * STEP_MILLIS));
            }
            if (source.read(read) < check.pageSize()) {
                return RecheckOutcome.TRUNCATED;
            }
            System.arraycopy(read, 0, page, 0, read.length);
            if (check.check(page, 0, block).good()) {
                return RecheckOutcome.GOOD;
            }
        }
        Lsn changed = PageCheck.lsn(page, 0);
        boolean covered = changed.compareTo(start) >= 0 && changed.compareTo(newest.get()) <= 0;
        if (covered) {
            return RecheckOutcome.COVERED_BY_WAL;
        }
        damaged.incrementAndGet();
        return RecheckOutcome.DAMAGED;
    }
}
