package io.pgbackup.core.engine.restore.route;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.archive.ArchivedParts;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.archive.SegmentChain;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.postgres.wal.record.WalLayout;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Finds the way from a backup to the target of a request, in the repository that holds the backup; says what is missing if there is none. For one request and
 * repository; what was read of the archive is kept for the next backup that is tried.
 */
public final class WalRouting {
    private static final int WAL_PAGE = 8192;

    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final RestoreRequest request;
    private final RecoveryOrders orders;
    private final IdentityRecords identities;
    private Optional<ArchivedTimelines> timelines = Optional.empty();
    private int identity;
    private final Map<Timeline, Lsn> absent = new HashMap<>();
    private final Runnable heartbeat;
    private Optional<String> doubt = Optional.empty();

    /**
     * For one request.
     *
     * @param repository that holds backups and WAL
     * @param layout of the cluster
     * @param request what is wanted
     * @param heartbeat called while WAL is read
     */
    public WalRouting(OpenRepository repository, ClusterLayout layout, RestoreRequest request, Runnable heartbeat) {
        this.heartbeat = heartbeat;
        this.repository = repository;
        this.layout = layout;
        this.request = request;
        this.orders = new RecoveryOrders(request);
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
     * The newest timeline that leads on from a backup.
     *
     * @param backup where it begins
     * @return later ones are greater, those of a later identity than all of an earlier one
     */
    public Branch branch(BackupRecord backup) {
        int number = identities.numberOf(backup.takenAs());
        Timeline own = new Timeline(backup.wal().timeline());
        return new Branch(
                number, timelines(number).newest(own, backup.wal().stop()).timeline());
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
        SegmentChain chain = SegmentChain.follow(known, history, begin(backup, size), size);
        Lsn end = max(chain.segments().isEmpty() ? stop : chain.end(size), stop);
        requireConsistent(backup, chain, size);
        requireBehind(backup, stop);
        requireSome(backup, chain, end);
        doubt = Optional.empty();
        int last = last(backup, known.archive(), chain, end);
        boolean brought = request.wal() instanceof WalDelivery.Prefetched;
        Optional<WalRoute.Part> part = brought ? part(known.archive(), chain, size) : Optional.empty();
        List<String> files = new ArrayList<>(brought ? files(chain, last) : List.of());
        part.ifPresent(begin -> files.add(begin.segment().toString()));
        Lsn until = part.map(begin -> max(begin.end(), end)).orElse(end);
        return new WalRoute(
                new WalPlan(history.timeline().value(), backup.wal().start(), until, files),
                brought ? Optional.of(known.archive()) : Optional.empty(),
                part,
                orders.along(history.timeline()),
                doubt);
    }

    /** What was received of the segment in which the log ends. Whoever wants a certain point gets it from whole segments. */
    private Optional<WalRoute.Part> part(WalArchive archive, SegmentChain chain, WalSegmentSize size) {
        return request.target() instanceof RecoveryTarget.Latest
                ? new ArchivedParts(archive)
                        .latest(chain.missing())
                        .map(end -> new WalRoute.Part(chain.missing(), end, size))
                : Optional.empty();
    }

    /** The set's own copy of its last segment may end with the backup. */
    private static Lsn begin(BackupRecord backup, WalSegmentSize size) {
        Lsn stop = backup.wal().stop();
        return backup.holdsWal()
                ? size.startOf(size.segmentBefore(stop))
                : backup.wal().start();
    }

    /** A set without WAL of its own is worth nothing without that of the archive. */
    private void requireConsistent(BackupRecord backup, SegmentChain chain, WalSegmentSize size) {
        if (!backup.holdsWal() && chain.end(size).compareTo(backup.wal().stop()) < 0) {
            throw unreachable(
                    "backup " + backup.label() + " holds no WAL of its own, and " + chain.missing()
                            + " is missing in repository " + repository.name(),
                    "take another backup or repository");
        }
    }

    /** What brings a set without WAL of its own to its end. */
    private List<String> ownWal(BackupRecord backup) {
        if (backup.holdsWal() || request.wal() instanceof WalDelivery.Command) {
            return List.of();
        }
        if (request.wal() instanceof WalDelivery.FromBackup) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "backup " + backup.label() + " holds no WAL of its own",
                    "take WalDelivery.prefetched() or restoreCommand()");
        }
        WalSegmentSize size = new WalSegmentSize(backup.server().segmentSize());
        Timeline timeline = new Timeline(backup.wal().timeline());
        ArchivedTimelines known = timelines(identities.numberOf(backup.takenAs()));
        requireConsistent(
                backup,
                SegmentChain.follow(known, known.history(timeline), backup.wal().start(), size),
                size);
        return size.filesOf(timeline, backup.wal().start(), backup.wal().stop()).stream()
                .map(WalFileName::toString)
                .toList();
    }

    private WalRoute toEndOf(BackupRecord backup) {
        List<String> files = ownWal(backup);
        Optional<WalArchive> archive =
                timelines.filter(known -> !files.isEmpty()).map(ArchivedTimelines::archive);
        WalPlan plan = new WalPlan(
                backup.wal().timeline(), backup.wal().start(), backup.wal().stop(), files);
        return new WalRoute(plan, archive, Optional.empty(), orders.toEndOfBackup(), Optional.empty());
    }

    private ArchivedTimelines timelines(int number) {
        if (timelines.isEmpty() || identity != number) {
            identity = number;
            WalSegmentSize size =
                    new WalSegmentSize(identities.all().get(number - 1).segmentSize());
            timelines = Optional.of(
                    ArchivedTimelines.lasting(new WalArchive(repository, ArchiveLayout.of(layout, number)), size));
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

    private void requireSome(BackupRecord backup, SegmentChain chain, Lsn end) {
        if (chain.segments().isEmpty() && !(request.target() instanceof RecoveryTarget.Latest)) {
            throw unreachable(leads(backup, chain, end), "wait until it is archived, or take another repository");
        }
    }

    /** Index of the last segment that recovery needs. */
    private int last(BackupRecord backup, WalArchive archive, SegmentChain chain, Lsn end) {
        if (request.target() instanceof RecoveryTarget.Latest) {
            doubt = reason(chain, size(backup))
                    .map(reason -> "recovery ends at " + end + ", for WAL is not there: " + reason);
            return chain.segments().size() - 1;
        }
        // Records behind this were looked at for a newer backup, and the target was not among them.
        Lsn looked = absent.getOrDefault(chain.history().timeline(), end);
        SegmentChain rest = request.target() instanceof RecoveryTarget.Time ? chain : chain.until(looked, size(backup));
        TargetSearch search = new TargetSearch(archive, rest, layoutOf(backup), heartbeat);
        OptionalInt found = search.find(request.target(), backup.wal().stop());
        if (found.isEmpty() && search.unreadable().isPresent()) {
            // The server may understand what this library does not: it decides.
            doubt = search.unreadable()
                    .map(where -> "nothing tells whether recovery comes to " + request.target()
                            + ": the archived log cannot be read on at " + where);
            return chain.segments().size() - 1;
        }
        if (found.isEmpty()) {
            absent.put(chain.history().timeline(), backup.wal().stop());
            throw unreachable(
                    "recovery would not stop at " + request.target() + ": " + leads(backup, chain, end),
                    "wait until what follows it is archived; take another repository, an earlier target, or latest()");
        }
        return Math.min(found.getAsInt() + 1, chain.segments().size() - 1);
    }

    private String leads(BackupRecord backup, SegmentChain chain, Lsn end) {
        return "the WAL in repository " + repository.name() + " leads from backup " + backup.label() + " to " + end
                + " only: "
                + reason(chain, size(backup)).orElse(chain.missing() + " is missing");
    }

    /** What is known of WAL that is missing at the end of a chain. */
    private Optional<String> reason(SegmentChain chain, WalSegmentSize size) {
        if (timelines.filter(known -> known.hides(chain.missing())).isPresent()) {
            return Optional.of("retention keeps WAL since newer backups only, so " + chain.missing()
                    + " and what follows it are about to be removed");
        }
        return timelines.flatMap(known -> new ArchiveGaps(known, size)
                .find().stream()
                        .filter(gap -> gap.firstMissing().equals(chain.missing().toString()))
                        .findFirst()
                        .map(ArchiveGaps::describe));
    }

    private static WalSegmentSize size(BackupRecord backup) {
        return new WalSegmentSize(backup.server().segmentSize());
    }

    /** The pages of the log have been 8 KiB in every version that anybody ships. */
    private static WalLayout layoutOf(BackupRecord backup) {
        return new WalLayout(backup.server().systemIdentifier(), size(backup), WAL_PAGE);
    }

    private static RestoreException unreachable(String message, String hint) {
        return new RestoreException(ErrorCode.TARGET_UNREACHABLE, message, hint);
    }

    private static List<String> files(SegmentChain chain, int last) {
        List<WalFileName> files = new ArrayList<>(chain.histories());
        files.addAll(chain.segments().subList(0, last + 1));
        return files.stream().map(WalFileName::toString).toList();
    }
}
