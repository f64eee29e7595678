package io.pgbackup.core.engine.restore.route;

import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.archive.ArchivedParts;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.archive.LogSource;
import io.pgbackup.core.archive.SegmentChain;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.Optional;

/**
 * What there is of the log of one identity for somebody who wants to recover: archived files, those that wait for it on this machine, and behind the last of them what was received of the next. For
 * one thread.
 */
final class AvailableLog {
    private final LogSource source;
    private final WalSegmentSize size;
    private final ArchivedTimelines timelines;

    AvailableLog(LogSource source, WalSegmentSize size) {
        this.source = source;
        this.size = size;
        this.timelines = ArchivedTimelines.lasting(source, size);
    }

    LogSource source() {
        return source;
    }

    WalSegmentSize size() {
        return size;
    }

    ArchivedTimelines timelines() {
        return timelines;
    }

    /** What was received of the segment in which whole files end. */
    Optional<WalRoute.Part> part(SegmentChain chain) {
        return new ArchivedParts(source.archive())
                .latest(chain.missing())
                .map(end -> new WalRoute.Part(chain.missing(), end, size));
    }

    /** What is known of a file that is missing at the end of a chain. */
    String reason(SegmentChain chain) {
        return explanation(chain).orElse(chain.missing() + " is missing");
    }

    /** Empty if it may just not have come yet. */
    Optional<String> explanation(SegmentChain chain) {
        if (timelines.hides(chain.missing())) {
            return Optional.of("retention keeps WAL since newer backups only, so " + chain.missing()
                    + " and what follows it are about to be removed");
        }
        return new ArchiveGaps(timelines, size)
                .find().stream()
                        .filter(gap -> gap.firstMissing().equals(chain.missing().toString()))
                        .findFirst()
                        .map(ArchiveGaps::describe);
    }
}
