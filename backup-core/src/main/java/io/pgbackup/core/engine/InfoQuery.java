package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Pin;
import io.pgbackup.catalog.RepositoryInfo;
import io.pgbackup.catalog.RepositoryInfo.RepositoryState;
import io.pgbackup.catalog.RepositoryStatus;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.engine.wal.Archives;
import io.pgbackup.core.engine.wal.WindowQuery;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.retention.Pins;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.VerifyRecords;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.wal.RecoveryWindow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Asks repositories what they hold of a cluster. For one call. */
final class InfoQuery {
    private final String cluster;
    private final List<RepositoryState> states = new ArrayList<>();
    private final List<BackupInfo> backups = new ArrayList<>();
    private final List<BackupLabel> unsettled = new ArrayList<>();
    private final List<BackupLabel> retired = new ArrayList<>();
    private final List<Pin> pins = new ArrayList<>();
    private final List<RecoveryWindow> windows = new ArrayList<>();
    private final Instant now;

    InfoQuery(String cluster, Instant now) {
        this.cluster = cluster;
        this.now = now;
    }

    /** Adds what a repository holds. */
    void add(Repository repository, OpenRepository open) {
        ClusterLayout layout = ClusterLayout.of(cluster);
        List<String> damaged = new ArrayList<>();
        List<ServerIdentity> identities = identities(new IdentityRecords(open, layout), damaged);
        Catalog catalog = new Catalog(open, layout);
        List<BackupRecord> committed = catalog.committed((label, failure) -> damaged.add(label.toString()));
        Set<BackupLabel> chosen = catalog.labels().retirements().keySet();
        List<BackupRecord> records = new ArrayList<>();
        for (BackupRecord record : committed) {
            if (chosen.contains(record.label())) {
                retired.add(record.label());
            } else {
                records.add(record);
            }
        }
        Set<BackupLabel> waiting = new TreeSet<>(catalog.labels().unsettled());
        waiting.addAll(new Leases(open, layout).unsettled());
        unsettled.addAll(waiting);
        VerifyRecords verifications = new VerifyRecords(open, layout);
        Map<BackupLabel, Long> heldBytes = new HashMap<>();
        committed.forEach(record -> heldBytes.put(record.label(), record.heldBytes()));
        for (BackupRecord record : records) {
            long below = record.references().stream()
                    .mapToLong(reference -> heldBytes.getOrDefault(reference, 0L))
                    .sum();
            backups.add(record.toInfo(repository.name(), below, verifications.newest(record.label())));
        }
        pins.addAll(new Pins(open, layout).holding(now).values());
        if (!identities.isEmpty()) {
            windows.addAll(new WindowQuery(repository.name(), new Archives(open, layout)).windows(records));
        }
        states.add(
                damaged.isEmpty()
                        ? state(repository, statusOf(identities, records), "", identities)
                        : state(repository, RepositoryStatus.UNREADABLE, "damaged records: " + damaged, identities));
    }

    /** What can be told without them is told: a damaged identity must not hide the backups. */
    private static List<ServerIdentity> identities(IdentityRecords records, List<String> damaged) {
        try {
            return records.all();
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.REPOSITORY_DAMAGED) {
                throw e;
            }
            damaged.add("identity");
            return List.of();
        }
    }

    private static RepositoryStatus statusOf(List<ServerIdentity> identities, List<BackupRecord> records) {
        if (identities.isEmpty()) {
            return RepositoryStatus.MISSING_CLUSTER;
        }
        return records.isEmpty() ? RepositoryStatus.NO_BACKUP : RepositoryStatus.OK;
    }

    /** Adds a repository that could not be read. */
    void addFailed(Repository repository, PgBackupException failure) {
        RepositoryStatus status = failure.code() == ErrorCode.REPOSITORY_MISSING
                ? RepositoryStatus.MISSING_CLUSTER
                : RepositoryStatus.UNREADABLE;
        states.add(state(repository, status, failure.code() + ": " + failure.getMessage(), List.of()));
    }

    private static RepositoryState state(
            Repository repository, RepositoryStatus status, String message, List<ServerIdentity> identities) {
        String text = message.isEmpty() && status != RepositoryStatus.OK ? status.text() : message;
        return new RepositoryState(
                repository.name(),
                repository.location().toString(),
                status,
                text,
                repository.key().isPresent(),
                identities);
    }

    RepositoryInfo result() {
        backups.sort(Comparator.comparing(BackupInfo::label).thenComparing(BackupInfo::repository));
        unsettled.sort(null);
        retired.sort(null);
        pins.sort(Comparator.comparing(Pin::label).thenComparing(Pin::repository));
        return new InfoReport(
                cluster,
                List.copyOf(states),
                List.copyOf(backups),
                List.copyOf(unsettled),
                List.copyOf(retired),
                List.copyOf(pins),
                List.copyOf(windows));
    }
}
