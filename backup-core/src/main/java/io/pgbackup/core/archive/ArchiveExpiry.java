package io.pgbackup.core.archive;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.Lsn;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.StoreClock;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.storage.ObjectInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Removes WAL that no backup needs any more. Everything from the start of the oldest set on stays, of whatever timeline; so does the range of each older set if
 * WAL is kept since newer ones only. What cannot be told keeps everything. Sets that expire has chosen count as long as they are there. For one call.
 */
public final class ArchiveExpiry {
    private static final int BATCH = 500;

    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Runnable heartbeat;
    private final List<ServerIdentity> identities;
    private final IdentityRecords records;

    /**
     * What was done.
     *
     * @param files number of files that are gone
     * @param bytes of their objects
     * @param waiting number of files that are to go when their grace is over
     * @param stopped why nothing was removed although something could have been; empty if all is well
     */
    public record Removed(long files, long bytes, long waiting, Optional<String> stopped) {}

    /**
     * What an expire was told.
     *
     * @param walOf since how many full backups WAL is kept; empty for all of them
     * @param grace for those who are restoring, by the store's clock
     */
    public record Rule(OptionalInt walOf, Duration grace) {}

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     * @param heartbeat called now and then
     */
    public ArchiveExpiry(OpenRepository repository, ClusterLayout layout, Runnable heartbeat) {
        this.repository = repository;
        this.layout = layout;
        this.heartbeat = heartbeat;
        this.records = new IdentityRecords(repository, layout);
        this.identities = records.all();
    }

    /**
     * Removes it.
     *
     * @param rule what is kept
     * @return what was done
     */
    public Removed run(Rule rule) {
        if (repository.list(ArchiveLayout.all(layout)).prefixes().isEmpty()) {
            return new Removed(0, 0, 0, Optional.empty());
        }
        Catalog catalog = new Catalog(repository, layout);
        List<Lsn> begun = new ArrayList<>();
        for (BackupLabel label : catalog.labels().unsettled()) {
            Optional<Lsn> start = new SetRecords(repository, layout).started(label);
            if (start.isEmpty()) {
                return nothing(label + " has begun, but not said where it starts");
            }
            begun.add(start.get());
        }
        List<BackupLabel> damaged = new ArrayList<>();
        List<BackupRecord> sets = catalog.committed((label, failure) -> damaged.add(label));
        if (!damaged.isEmpty()) {
            return nothing("the records of these backups cannot be read: " + damaged);
        }
        long files = 0;
        long bytes = 0;
        long waiting = 0;
        for (int number = 1; number <= identities.size(); number++) {
            Removed removed = expire(number, ofIdentity(number, sets), begun, rule);
            waiting += removed.waiting();
            files += removed.files();
            bytes += removed.bytes();
        }
        return new Removed(files, bytes, waiting, Optional.empty());
    }

    private static Removed nothing(String reason) {
        return new Removed(0, 0, 0, Optional.of(reason));
    }

    private List<NeededWal.SetRange> ofIdentity(int number, List<BackupRecord> sets) {
        return sets.stream()
                .filter(set -> records.numberOf(set.takenAs()) == number)
                .map(set -> new NeededWal.SetRange(
                        set.label().type() == BackupType.FULL,
                        set.wal().start(),
                        set.wal().stop()))
                .toList();
    }

    /** Of one identity. */
    Removed expire(int number, List<NeededWal.SetRange> sets, List<Lsn> begun, Rule rule) {
        boolean current = number == identities.size();
        if (sets.isEmpty() && current) {
            // The first backup is still to come, and what was archived before is no reason to throw it away.
            return new Removed(0, 0, 0, Optional.empty());
        }
        WalSegmentSize size = new WalSegmentSize(identities.get(number - 1).segmentSize());
        NeededWal needed = NeededWal.of(sets, begun, rule.walOf(), size);
        NeededWal whole = NeededWal.of(sets, begun, OptionalInt.empty(), size);
        WalArchive archive = new WalArchive(repository, ArchiveLayout.of(layout, number));
        WalThinning thinning = new WalThinning(new ThinnedWal(archive, size), needed, whole, rule.grace());
        return remove(archive, thinning);
    }

    private Removed remove(WalArchive archive, WalThinning thinning) {
        ArchivedParts parts = new ArchivedParts(archive);
        List<ArchivedFiles> there =
                archive.timelines().stream().map(archive::files).toList();
        List<WalFileName> begins = there.stream()
                .flatMap(files -> parts.segments(files.timeline()).stream())
                .toList();
        List<WalFileName> all = new ArrayList<>(begins);
        there.forEach(files -> all.addAll(files.names()));
        thinning.mark(all, () -> new StoreClock(repository, layout).instant());
        long files = 0;
        long bytes = 0;
        long waiting = 0;
        for (ArchivedFiles some : there) {
            List<WalFileName> unneeded =
                    some.names().stream().filter(thinning::isUnneeded).toList();
            List<WalFileName> old = unneeded.stream().filter(thinning::isFree).toList();
            bytes += old.stream()
                    .flatMap(name -> some.info(name).stream())
                    .mapToLong(ObjectInfo::size)
                    .sum();
            files += old.size();
            waiting += unneeded.size() - old.size();
            delete(archive, old);
        }
        begins.stream().filter(thinning::isFree).forEach(segment -> {
            heartbeat.run();
            parts.removeBefore(segment, Optional.empty());
        });
        new DroppedWal(archive).deleteUnless(name -> !thinning.isFree(name));
        return new Removed(files, bytes, waiting, Optional.empty());
    }

    /** Oldest first: an expire that breaks off leaves no gap behind what stays. */
    private void delete(WalArchive archive, List<WalFileName> names) {
        for (int at = 0; at < names.size(); at += BATCH) {
            heartbeat.run();
            archive.delete(names.subList(at, Math.min(names.size(), at + BATCH)));
        }
    }
}
