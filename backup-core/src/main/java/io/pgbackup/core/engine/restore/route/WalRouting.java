package io.pgbackup.core.engine.restore.route;

import io.pgbackup.Lsn;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.archive.ArchivedTimelines;
import io.pgbackup.core.archive.LogSource;
import io.pgbackup.core.archive.SegmentChain;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import io.pgbackup.core.repository.IdentityRecords;
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
    private final LogPlaces places;
    private final RestoreRequest request;
    private final RecoveryOrders orders;
    private final IdentityRecords identities;
    private Optional<AvailableLog> log = Optional.empty();
    private int identity;
    private final Map<Timeline, Lsn> absent = new HashMap<>();
    private final Runnable heartbeat;
    private Optional<String> doubt = Optional.empty();

    /**
     * For one request.
     *
     * @param places where backups and WAL are
     * @param request what is wanted
     * @param heartbeat called while WAL is read
     */
    public WalRouting(LogPlaces places, RestoreRequest request, Runnable heartbeat) {
        this.heartbeat = heartbeat;
        this.places = places;
        this.request = request;
        this.orders = new RecoveryOrders(request);
        this.identities = new IdentityRecords(places.repository(), places.layout());
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
                number, log(number).timelines().newest(own, backup.wal().stop()).timeline());
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
        WalSegmentSize size = size(backup);
        Timeline timeline = new Timeline(backup.wal().timeline());
        Lsn stop = backup.wal().stop();
        AvailableLog there = log(identities.numberOf(backup.takenAs()));
        TimelineHistory history = history(there.timelines(), timeline, stop);
        SegmentChain chain = SegmentChain.follow(there.timelines(), history, begin(backup, size), size);
        Reach reach = Reach.of(backup, there, chain);
        Stretch stretch = reach.stretch();
        requireConsistent(backup, chain, size);
        requireBehind(backup, stop);
        requireSome(reach);
        doubt = Optional.empty();
        Stretch wanted = stretch.until(last(reach));
        boolean brought = request.wal() instanceof WalDelivery.Prefetched;
        return new WalRoute(
                new WalPlan(
                        history.timeline().value(),
                        backup.wal().start(),
                        reach.end(),
                        brought ? files(chain, wanted) : List.of()),
                brought ? Optional.of(there.source()) : Optional.empty(),
                wanted.part().filter(begin -> brought),
                orders.along(history.timeline()),
                doubt);
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
                            + " is missing in repository " + places.repository().name(),
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
        ArchivedTimelines known = log(identities.numberOf(backup.takenAs())).timelines();
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
        Optional<LogSource> source = log.filter(known -> !files.isEmpty()).map(AvailableLog::source);
        WalPlan plan = new WalPlan(
                backup.wal().timeline(), backup.wal().start(), backup.wal().stop(), files);
        return new WalRoute(plan, source, Optional.empty(), orders.toEndOfBackup(), Optional.empty());
    }

    private AvailableLog log(int number) {
        if (log.isEmpty() || identity != number) {
            identity = number;
            List<ServerIdentity> all = identities.all();
            log = Optional.of(new AvailableLog(
                    places.source(number, number == all.size()),
                    new WalSegmentSize(all.get(number - 1).segmentSize())));
        }
        return log.get();
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

    private void requireSome(Reach reach) {
        if (reach.stretch().segments().isEmpty() && !(request.target() instanceof RecoveryTarget.Latest)) {
            throw unreachable(leads(reach), "wait until it is archived, or take another repository");
        }
    }

    /** Index of the last segment that recovery needs. */
    private int last(Reach reach) {
        Stretch stretch = reach.stretch();
        BackupRecord backup = reach.backup();
        if (request.target() instanceof RecoveryTarget.Latest) {
            doubt = reach.there()
                    .explanation(reach.chain())
                    .map(why -> "recovery ends at " + reach.end() + ", for WAL is not there: " + why);
            return stretch.last();
        }
        Timeline timeline = reach.chain().history().timeline();
        TargetSearch search = new TargetSearch(unsearched(timeline, reach), layoutOf(backup), heartbeat);
        OptionalInt found = search.find(request.target(), backup.wal().stop());
        if (found.isEmpty() && search.unreadable().isPresent()) {
            // The server may understand what this library does not: it decides.
            doubt = search.unreadable()
                    .map(where -> "nothing tells whether recovery comes to " + request.target()
                            + ": the archived log cannot be read on at " + where);
            return stretch.last();
        }
        if (found.isEmpty()) {
            absent.put(timeline, backup.wal().stop());
            throw unreachable(
                    "recovery would not stop at " + request.target() + ": " + leads(reach),
                    "wait until what follows it is archived; take another repository, an earlier target, or latest()");
        }
        return Math.min(found.getAsInt() + 1, stretch.last());
    }

    /** Records behind this were looked at for a newer backup, and the target was not among them. */
    private Stretch unsearched(Timeline timeline, Reach reach) {
        Lsn looked = absent.get(timeline);
        return looked == null || request.target() instanceof RecoveryTarget.Time
                ? reach.stretch()
                : reach.wholeUntil(looked);
    }

    private String leads(Reach reach) {
        return reach.describe(places.repository().name());
    }

    private static WalSegmentSize size(BackupRecord backup) {
        return new WalSegmentSize(backup.server().segmentSize());
    }

    private static WalLayout layoutOf(BackupRecord backup) {
        return new WalLayout(backup.server().systemIdentifier(), size(backup), Stretch.WAL_PAGE);
    }

    private static RestoreException unreachable(String message, String hint) {
        return new RestoreException(ErrorCode.TARGET_UNREACHABLE, message, hint);
    }

    private static List<String> files(SegmentChain chain, Stretch wanted) {
        List<WalFileName> files = new ArrayList<>(chain.histories());
        files.addAll(wanted.segments());
        return files.stream().map(WalFileName::toString).toList();
    }
}
