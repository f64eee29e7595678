package io.pgbackup.core.engine.restore.route;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.record.LogEvent;
import io.pgbackup.core.postgres.wal.record.MalformedWalException;
import io.pgbackup.core.postgres.wal.record.TransactionEnd;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import io.pgbackup.core.postgres.wal.record.WalRecord;
import io.pgbackup.core.postgres.wal.record.WalScanner;
import io.pgbackup.restore.RecoveryTarget;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks in archived WAL for the record at which recovery would stop ({@code recoveryStopsBefore} and {@code recoveryStopsAfter} in {@code xlogrecovery.c}). A
 * time is found by halving, for commits are in order of time but for moments; a transaction or a name only by reading on. For one thread.
 */
final class TargetSearch {
    private final Stretch stretch;
    private final List<WalFileName> segments;
    private final WalLayout layout;
    private final Runnable heartbeat;
    private Optional<String> unreadable = Optional.empty();

    TargetSearch(Stretch stretch, WalLayout layout, Runnable heartbeat) {
        this.stretch = stretch;
        this.segments = stretch.segments();
        this.layout = layout;
        this.heartbeat = heartbeat;
    }

    /** Index of the segment with which recovery has all it needs to stop; empty if it would not stop. What lies before the position is not looked at. */
    OptionalInt find(RecoveryTarget target, Lsn behind) {
        if (target instanceof RecoveryTarget.Time time) {
            return findTime(time, behind);
        }
        if (target instanceof RecoveryTarget.Position position) {
            return findRecord(
                    indexOf(position.position()), record -> record.start().compareTo(position.position()) >= 0);
        }
        if (target instanceof RecoveryTarget.Transaction transaction) {
            return findRecord(
                    0,
                    record -> record.start().compareTo(behind) >= 0
                            && TransactionEnd.of(record)
                                    .filter(end -> end.transaction() == transaction.number())
                                    .isPresent());
        }
        if (target instanceof RecoveryTarget.RestorePoint point) {
            return findRecord(
                    0,
                    record -> record.start().compareTo(behind) >= 0
                            && LogEvent.of(record).orElse(null) instanceof LogEvent.RestorePoint found
                            && found.name().equals(point.name()));
        }
        return segments.isEmpty() ? OptionalInt.empty() : OptionalInt.of(segments.size() - 1);
    }

    /** Where the log could not be read on although more of it is there: what was not found may lie behind. */
    Optional<String> unreadable() {
        return unreadable;
    }

    private int indexOf(Lsn position) {
        long first = segments.isEmpty() ? 0 : segments.get(0).segmentNumber(layout.segmentSize());
        return (int) Math.max(0, layout.segmentSize().segmentOf(position) - first);
    }

    private OptionalInt findTime(RecoveryTarget.Time target, Lsn behind) {
        int reached = segments.size() - 1;
        Optional<Instant> newest = Optional.empty();
        while (reached >= 0 && newest.isEmpty()) {
            newest = newest(reached, behind);
            if (newest.isEmpty()) {
                reached--;
            }
        }
        if (newest.filter(time -> isPast(target, time)).isEmpty()) {
            return OptionalInt.empty();
        }
        int low = 0;
        while (low < reached) {
            int middle = (low + reached) >>> 1;
            if (newest(middle, behind).filter(time -> isPast(target, time)).isPresent()) {
                reached = middle;
            } else {
                low = middle + 1;
            }
        }
        return OptionalInt.of(reached);
    }

    private static boolean isPast(RecoveryTarget.Time target, Instant time) {
        int order = time.compareTo(target.time());
        return target.inclusive() ? order > 0 : order >= 0;
    }

    /** When the last of the transactions ended that end in a segment. */
    private Optional<Instant> newest(int index, Lsn behind) {
        Instant[] newest = new Instant[1];
        scan(index, index + 1, record -> {
            if (record.start().compareTo(behind) >= 0) {
                TransactionEnd.of(record)
                        .map(TransactionEnd::time)
                        .ifPresent(time -> newest[0] = later(newest[0], time));
            }
            return false;
        });
        return Optional.ofNullable(newest[0]);
    }

    private static Instant later(@Nullable Instant one, Instant other) {
        return one == null || other.isAfter(one) ? other : one;
    }

    private OptionalInt findRecord(int first, Predicate<WalRecord> wanted) {
        int found = scan(first, segments.size(), wanted);
        return found < 0 ? OptionalInt.empty() : OptionalInt.of(found);
    }

    /** Reads segments until a record is wanted; index of the segment that ends it, or -1. The last segment may end anywhere, the others may not. */
    private int scan(int first, int end, Predicate<WalRecord> wanted) {
        if (first >= end) {
            return -1;
        }
        boolean[] found = new boolean[1];
        Lsn begin = segments.get(first).start(layout.segmentSize());
        WalScanner scanner = new WalScanner(layout, begin, record -> found[0] = found[0] || wanted.test(record));
        byte[] buffer = new byte[64 << 10];
        for (int index = first; index < end; index++) {
            heartbeat.run();
            WalFileName name = segments.get(index);
            try (InputStream content = stretch.open(index)) {
                for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                    scanner.accept(buffer, 0, read);
                    if (found[0]) {
                        return index;
                    }
                }
            } catch (MalformedWalException e) {
                if (index < segments.size() - 1) {
                    unreadable = Optional.of(name + ": " + e.getMessage());
                }
                return found[0] ? index : -1;
            } catch (IOException e) {
                throw stretch.source().unreadable(name, e);
            }
        }
        return -1;
    }
}
