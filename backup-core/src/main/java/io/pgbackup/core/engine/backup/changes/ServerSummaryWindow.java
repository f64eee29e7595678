package io.pgbackup.core.engine.backup.changes;

import io.pgbackup.Lsn;
import io.pgbackup.core.block.change.ChangeSet;
import io.pgbackup.core.postgres.session.ServerSummaries;
import io.pgbackup.core.postgres.session.ServerSummaries.Progress;
import io.pgbackup.core.postgres.session.ServerSummaries.Range;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import io.pgbackup.error.ClusterException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The log between two positions of a history, as the server itself has summarised it: it has read every record of it, in order. For one call. */
final class ServerSummaryWindow {
    /** The server's own limit: it gives up a backup if its summarizer stands still for so long. */
    private static final Duration STANDSTILL = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ServerSummaries summaries;
    private final TimelineHistory history;
    private final ChangeDetection.Means means;

    ServerSummaryWindow(ServerSummaries summaries, TimelineHistory history, ChangeDetection.Means means) {
        this.summaries = summaries;
        this.history = history;
        this.means = means;
    }

    /** What the log says was changed; the server may still be at it. */
    ChangeSet changes(Lsn from, Lsn to) throws DoubtException {
        try {
            await(to);
            List<Range> there = summaries.ranges();
            ChangeSet changes = new ChangeSet();
            for (Range range : covering(there, from, to)) {
                means.heartbeat().run();
                summaries.read(range, into(changes));
            }
            return changes;
        } catch (ClusterException e) {
            throw new DoubtException("the server's own summaries cannot be read: " + e.getMessage());
        }
    }

    private static ServerSummaries.Changes into(ChangeSet changes) {
        return new ServerSummaries.Changes() {
            @Override
            public void cut(RelationFork fork, long length) {
                changes.cut(fork, length);
            }

            @Override
            public void mark(RelationFork fork, long block) {
                changes.mark(fork, block);
            }
        };
    }

    private void await(Lsn to) throws DoubtException {
        Optional<Progress> last = Optional.empty();
        Duration since = means.cancellation().elapsed();
        while (true) {
            Optional<Progress> now = summaries.progress();
            if (now.filter(progress -> progress.timeline().equals(history.timeline())
                            && progress.summarized().compareTo(to) >= 0)
                    .isPresent()) {
                return;
            }
            if (!now.equals(last)) {
                last = now;
                since = means.cancellation().elapsed();
            }
            if (means.cancellation().elapsed().minus(since).compareTo(STANDSTILL) > 0) {
                throw new DoubtException("the server does not get on with summarising its log");
            }
            means.heartbeat().run();
            means.cancellation().pause(PAUSE);
        }
    }

    /** Files that cover a stretch without a gap, each timeline of the history as far as it was part of it. */
    private List<Range> covering(List<Range> there, Lsn from, Lsn to) throws DoubtException {
        List<Range> covering = new ArrayList<>();
        Lsn begin = from;
        while (begin.compareTo(to) < 0) {
            Timeline timeline = history.ownerOf(begin).orElse(history.timeline());
            Lsn left = history.switchPointOf(timeline)
                    .filter(end -> end.compareTo(to) < 0)
                    .orElse(to);
            for (Range range : there) {
                boolean reachesOn = range.timeline().equals(timeline)
                        && range.start().compareTo(begin) <= 0
                        && range.end().compareTo(begin) > 0;
                if (reachesOn && begin.compareTo(left) < 0) {
                    covering.add(range);
                    begin = range.end();
                }
            }
            if (begin.compareTo(left) < 0) {
                throw new DoubtException("the server has not summarised its log from " + begin + " on");
            }
            begin = left;
        }
        return covering;
    }
}
