package io.pgbackup.core.engine.backup.changes;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.block.change.ChainBrokenException;
import io.pgbackup.core.block.change.ChangeWindow;
import io.pgbackup.core.block.change.SegmentSummary;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.error.RepositoryException;
import java.time.Duration;
import java.util.Optional;

/**
 * The log between two positions of a history, segment by segment: from the summaries of what was archived, and where there is none from what the server still
 * has. For one call.
 */
final class LogWindow {
    /** How many of the newest segments that both have must be the same, if there are as many. */
    private static final int COMPARED = 4;

    /** How long the last segment may take from the server into the archive. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(15);

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ServerLog server;
    private final WalArchive archive;
    private final TimelineHistory history;
    private final WalSegmentSize size;
    private final Cancellation cancellation;
    private final Runnable heartbeat;
    private int fromServer;
    private int fromArchive;

    LogWindow(ServerLog server, WalArchive archive, TimelineHistory history, ChangeDetection.Means means) {
        this.server = server;
        this.archive = archive;
        this.history = history;
        this.size = means.source().control().walSegmentSize();
        this.cancellation = means.cancellation();
        this.heartbeat = means.heartbeat();
    }

    /** Joins it, without a gap. */
    ChangeWindow join(Lsn from, Lsn to) throws DoubtException {
        ChangeWindow window = new ChangeWindow();
        long last = size.segmentOf(to);
        try {
            for (long segment = size.segmentOf(from); segment <= last; segment++) {
                heartbeat.run();
                window.add(segment == last ? end(segment, to) : whole(segment));
            }
            if (fromArchive > 0) {
                requireOneLog(last - 1);
            }
            return window;
        } catch (ChainBrokenException e) {
            throw new DoubtException("the log is broken: " + e.getMessage());
        } catch (RepositoryException e) {
            throw new DoubtException("what was archived cannot be read: " + e.getMessage());
        }
    }

    private SegmentSummary end(long segment, Lsn to) throws DoubtException {
        fromServer++;
        WalFileName name = name(segment);
        return server.summary(name, to)
                .orElseThrow(
                        () -> new DoubtException("the server has no pg_wal/" + name + ", where this backup starts"));
    }

    private SegmentSummary whole(long segment) throws DoubtException {
        WalFileName name = name(segment);
        Optional<SegmentSummary> archived = archive.summaries().find(name);
        if (archived.isPresent()) {
            fromArchive++;
            return archived.get();
        }
        fromServer++;
        return server.summary(name, size.startOf(segment + 1))
                .orElseThrow(() -> DoubtException.missing("nothing tells what segment " + name
                        + " changed: there is no summary of it, and the server no" + " longer has it"));
    }

    /** Of a segment in which a timeline was left, the newer one's copy counts. */
    private WalFileName name(long segment) {
        Lsn lastByte = new Lsn(size.startOf(segment + 1).value() - 1);
        Timeline owner = history.ownerOf(lastByte).orElse(history.timeline());
        return WalFileName.segment(owner, segment, size);
    }

    /** What was archived may be of a server that was turned back, or of a copy: only the bytes tell. */
    private void requireOneLog(long newest) throws DoubtException {
        Duration begin = cancellation.elapsed();
        while (compared(newest) == 0) {
            if (cancellation.elapsed().minus(begin).compareTo(ON_THE_WAY) > 0) {
                throw DoubtException.missing(
                        "the archive has none of the segments that the server still has: nothing tells"
                                + " whether they are of one log");
            }
            heartbeat.run();
            cancellation.pause(PAUSE);
        }
    }

    /** How many of the newest segments both have; all of them are the same. */
    private int compared(long newest) throws DoubtException {
        int compared = 0;
        for (long segment = newest; segment > newest - COMPARED && segment >= 0; segment--) {
            WalFileName name = name(segment);
            Optional<Boolean> same = server.isSame(name, archive);
            if (same.isPresent() && !same.get()) {
                throw new DoubtException("the archive has another " + name + " than the server");
            }
            compared += same.isPresent() ? 1 : 0;
        }
        return compared;
    }

    /** Where it was found, for people. */
    String sources() {
        return fromArchive + " segments from summaries, " + fromServer + " from pg_wal";
    }
}
