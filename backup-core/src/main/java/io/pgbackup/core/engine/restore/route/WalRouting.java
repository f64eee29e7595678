package io.pgbackup.core.engine.restore.route;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.archive.SegmentChain;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.recovery.RecoveryGoal;
import io.pgbackup.core.postgres.recovery.RecoverySettings;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RestoreException;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RecoveryTimeline;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.restore.WalPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the way from a backup to the target of a request, in the repository that holds the backup; says what is missing if there is none. For one request and
 * repository; what was read of the archive is kept for the next backup that is tried.
 */
public final class WalRouting {
    /** Recovery stops only at a record behind the position, so a little more than the segment of the position is brought. */
    private static final int SEGMENTS_BEHIND = 2;

    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final RestoreRequest request;
    private final IdentityRecords identities;
    private Optional<ArchivedTimelines> timelines = Optional.empty();
    private int identity;

    /**
     * For one request.
     *
     * @param repository that holds backups and WAL
     * @param layout of the cluster
     * @param request what is wanted
     */
    public WalRouting(OpenRepository repository, ClusterLayout layout, RestoreRequest request) {
        this.repository = repository;
        this.layout = layout;
        this.request = request;
        this.identities = new IdentityRecords(repository, layout);
        requireSensible();
    }

    private void requireSensible() {
        boolean alone = request.wal() instanceof WalDelivery.FromBackup;
        boolean atEnd = request.target() instanceof RecoveryTarget.EndOfBackup;
        if (alone && !atEnd) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "the WAL inside a backup leads to its end only, not to " + request.target(),
                    "take WalDelivery.prefetched() or restoreCommand(), or RecoveryTarget.endOfBackup()");
        }
        if (atEnd
                && !request.timeline().equals(RecoveryTimeline.latest())
                && !request.timeline().equals(RecoveryTimeline.current())) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "the end of a backup lies on the timeline of the backup",
                    "leave timeline() out");
        }
    }

    /**
     * The way from a backup.
     *
     * @param backup where it begins
     * @return the way
     * @throws RestoreException with {@link ErrorCode#TARGET_UNREACHABLE} if there is none
     */
    public WalRoute from(BackupRecord backup) {
        if (request.target() instanceof RecoveryTarget.EndOfBackup) {
            return toEndOf(backup);
        }
        WalSegmentSize size = new WalSegmentSize(backup.server().segmentSize());
        Timeline timeline = new Timeline(backup.wal().timeline());
        Lsn stop = backup.wal().stop();
        ArchivedTimelines known = timelines(identities.numberOf(backup.takenAs()));
        TimelineHistory history = history(known, timeline, stop);
        // The set's own copy of its last segment may end with the backup.
        Lsn begin = size.startOf(size.segmentBefore(stop));
        SegmentChain chain = SegmentChain.follow(known, history, begin, size);
        Lsn end = max(chain.segments().isEmpty() ? stop : chain.end(size), stop);
        requireBehind(backup, stop);
        requireBefore(backup, chain, end);
        boolean brought = request.wal() instanceof WalDelivery.Prefetched;
        List<String> files = brought ? files(chain, size) : List.of();
        return new WalRoute(
                new WalPlan(history.timeline().value(), backup.wal().start(), end, files),
                brought ? Optional.of(known.archive()) : Optional.empty(),
                settings(history.timeline()));
    }

    private WalRoute toEndOf(BackupRecord backup) {
        WalPlan plan = new WalPlan(
                backup.wal().timeline(), backup.wal().start(), backup.wal().stop(), List.of());
        boolean served = request.wal() instanceof WalDelivery.Command;
        RecoverySettings settings = (served
                        ? RecoverySettings.replaying(command(), RecoveryGoal.consistency())
                                .currentTimeline()
                        : RecoverySettings.endOfBackup())
                .action(request.action());
        return new WalRoute(plan, Optional.empty(), settings);
    }

    private ArchivedTimelines timelines(int number) {
        if (timelines.isEmpty() || identity != number) {
            identity = number;
            timelines =
                    Optional.of(new ArchivedTimelines(new WalArchive(repository, ArchiveLayout.of(layout, number))));
        }
        return timelines.get();
    }

    private TimelineHistory history(ArchivedTimelines known, Timeline timeline, Lsn stop) {
        if (request.timeline().equals(RecoveryTimeline.current())) {
            return known.history(timeline);
        }
        if (request.timeline() instanceof RecoveryTimeline.Numbered numbered) {
            TimelineHistory history = known.history(new Timeline(numbered.number()));
            if (!ArchivedTimelines.leadsOn(history, timeline, stop)) {
                throw unreachable(
                        "timeline " + numbered.number() + " does not lead on from timeline " + timeline + " at " + stop
                                + ", where the backup ends",
                        "timelines of the archive: " + known.all());
            }
            return history;
        }
        return known.newest(timeline, stop);
    }

    private static Lsn max(Lsn one, Lsn other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private void requireBehind(BackupRecord backup, Lsn stop) {
        if (request.target() instanceof RecoveryTarget.Position target
                && target.position().compareTo(stop) < 0) {
            throw unreachable(
                    "backup " + backup.label() + " ends at " + stop + ", after " + target.position(),
                    "take an earlier backup");
        }
        if (request.target() instanceof RecoveryTarget.Time target
                && target.time().isBefore(backup.stopped())) {
            throw unreachable(
                    "backup " + backup.label() + " was complete at " + backup.stopped() + ", after " + target.time(),
                    "take an earlier backup");
        }
    }

    private void requireBefore(BackupRecord backup, SegmentChain chain, Lsn end) {
        boolean beyond = request.target() instanceof RecoveryTarget.Position target
                && target.position().compareTo(end) >= 0;
        boolean nothing = chain.segments().isEmpty() && !(request.target() instanceof RecoveryTarget.Latest);
        if (beyond || nothing) {
            throw unreachable(
                    "the WAL in repository " + repository.name() + " leads from backup " + backup.label() + " to " + end
                            + " only: " + chain.missing() + " is missing",
                    "wait until it is archived, take another repository, or an earlier target");
        }
    }

    private static RestoreException unreachable(String message, String hint) {
        return new RestoreException(ErrorCode.TARGET_UNREACHABLE, message, hint);
    }

    private List<String> files(SegmentChain chain, WalSegmentSize size) {
        List<WalFileName> files = new ArrayList<>(chain.histories());
        for (WalFileName segment : chain.segments()) {
            if (request.target() instanceof RecoveryTarget.Position target
                    && segment.segmentNumber(size) > size.segmentOf(target.position()) + SEGMENTS_BEHIND) {
                break;
            }
            files.add(segment);
        }
        return files.stream().map(WalFileName::toString).toList();
    }

    private RecoverySettings settings(Timeline timeline) {
        return RecoverySettings.replaying(command(), goal()).timeline(timeline).action(request.action());
    }

    private String command() {
        return request.wal() instanceof WalDelivery.Command served
                ? served.command()
                : RecoverySettings.NOTHING_TO_FETCH;
    }

    private RecoveryGoal goal() {
        RecoveryTarget target = request.target();
        if (target instanceof RecoveryTarget.Time time) {
            return RecoveryGoal.time(time.time(), time.inclusive());
        }
        if (target instanceof RecoveryTarget.Position position) {
            return RecoveryGoal.position(position.position(), position.inclusive());
        }
        if (target instanceof RecoveryTarget.Transaction transaction) {
            return RecoveryGoal.transaction(transaction.number(), transaction.inclusive());
        }
        if (target instanceof RecoveryTarget.RestorePoint point) {
            return RecoveryGoal.restorePoint(point.name());
        }
        return RecoveryGoal.endOfWal();
    }
}
