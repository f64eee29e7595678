package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.storage.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Repositories of chosen sets without a server, a clock of their own, and the verbs: for tests of what happens to sets as wholes. */
final class KnownSets implements AutoCloseable {
    static final ClusterLayout LAYOUT = ClusterLayout.of(SyntheticSet.CLUSTER);

    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final PgBackupRuntime runtime =
            PgBackupRuntime.builder().workers(1).clock(this::now).build();
    private final Repositories repositories;
    private final PgBackup pg;

    KnownSets(Repository... configured) {
        repositories = new Repositories(List.of(configured), this::now);
        PgBackup.Builder builder =
                PgBackup.of(Cluster.named(SyntheticSet.CLUSTER).withoutServer()).runtime(runtime);
        for (Repository repository : configured) {
            repositories.create(repository);
            builder = builder.repository(repository);
        }
        pg = builder.build();
    }

    /** An empty repository in memory. */
    static Repository inMemory(String name) {
        return Repository.at("memory:" + name + "-" + UUID.randomUUID())
                .unencrypted()
                .named(name)
                .build();
    }

    PgBackup pg() {
        return pg;
    }

    Instant now() {
        return now;
    }

    void later(Duration duration) {
        now = now.plus(duration);
    }

    OpenRepository open(Repository repository) {
        return repositories.open(repository);
    }

    BackupLabel full(Repository repository) {
        return add(repository, BackupLabel.full(time()), List.of());
    }

    BackupLabel dependant(Repository repository, BackupType type, BackupLabel base) {
        BackupInfo info = pg.info(repository).backups().stream()
                .filter(backup -> backup.label().equals(base))
                .findFirst()
                .orElseThrow();
        List<BackupLabel> references = new ArrayList<>(info.references());
        references.add(base);
        return add(repository, BackupLabel.dependent(type, base.chain(), time()), references);
    }

    private LocalDateTime time() {
        return LocalDateTime.ofInstant(now, ZoneOffset.UTC);
    }

    /** Takes a set, and lets a day pass. */
    private BackupLabel add(Repository repository, BackupLabel label, List<BackupLabel> references) {
        try (OpenRepository open = open(repository)) {
            SyntheticSet.add(open, LAYOUT, label, references, now);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        later(Duration.ofDays(1));
        return label;
    }

    List<BackupLabel> labels(Repository repository) {
        return pg.info(repository).backups().stream().map(BackupInfo::label).toList();
    }

    /** Removes an object behind the engine's back. */
    void lose(Repository repository, Collection<ObjectKey> keys) {
        try (OpenRepository open = open(repository)) {
            open.delete(List.copyOf(keys));
        }
    }

    @Override
    public void close() {
        pg.close();
        runtime.close();
    }
}
