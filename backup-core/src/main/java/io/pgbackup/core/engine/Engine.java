package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.ClusterOperations;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.backup.CombineRequest;
import io.pgbackup.backup.CopyRequest;
import io.pgbackup.backup.CopyResult;
import io.pgbackup.backup.SharedBackupRequest;
import io.pgbackup.catalog.CheckReport;
import io.pgbackup.catalog.DeletionConsent;
import io.pgbackup.catalog.ExpirePlan;
import io.pgbackup.catalog.ExpireResult;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.LifecycleRule;
import io.pgbackup.catalog.Pin;
import io.pgbackup.catalog.RepositoryBrowser;
import io.pgbackup.catalog.RepositoryInfo;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.catalog.VerifyRequest;
import io.pgbackup.core.engine.wal.WalLanes;
import io.pgbackup.core.engine.wal.WalVerbs;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.lease.LeaseTerms;
import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.keys.RepositoryKeys;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.RestoreResult;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageRequest;
import io.pgbackup.spi.PgBackupConfiguration;
import io.pgbackup.wal.ClusterWal;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;

/** The façade: wires a configuration to the verbs. Safe for use by many threads. */
final class Engine implements PgBackup {
    private final PgBackupConfiguration configuration;
    private final PgBackupRuntime runtime;
    private final boolean ownsRuntime;
    private final Repositories repositories;
    private final LeaseWatch leaseWatch;
    private final WalLanes walLanes;
    private final ClusterOperations plain;

    Engine(PgBackupConfiguration configuration) {
        this.configuration = configuration;
        this.ownsRuntime = configuration.runtime().isEmpty();
        this.runtime = configuration.runtime().orElseGet(() -> privateRuntime(configuration));
        this.repositories = new Repositories(configuration.repositories(), runtime.clock());
        this.leaseWatch = new LeaseWatch(runtime.ticker(), LeaseTerms.STANDARD);
        this.walLanes = new WalLanes(
                configuration.repositories(),
                ClusterLayout.of(configuration.cluster().name()),
                repositories,
                runtime);
        this.plain = with(OperationOptions.none());
    }

    private static PgBackupRuntime privateRuntime(PgBackupConfiguration configuration) {
        PgBackupRuntime.Builder builder = PgBackupRuntime.builder();
        configuration.parallelism().ifPresent(builder::workers);
        return builder.build();
    }

    @Override
    public ClusterOperations with(OperationOptions options) {
        Cluster cluster = configuration.cluster();
        OperationRunner runner =
                new OperationRunner(cluster.name(), runtime.clock(), configuration.listeners(), options, leaseWatch);
        WalVerbs wal = new WalVerbs(cluster, walLanes, configuration.walPolicy(), runner);
        return new Verbs(cluster, repositories, runtime, runner, wal);
    }

    @Override
    public InitializeResult initialize(Repository repository) {
        return plain.initialize(repository);
    }

    @Override
    public InitializeResult upgradeCluster(Repository repository) {
        return plain.upgradeCluster(repository);
    }

    @Override
    public InitializeResult forkCluster(Repository repository) {
        return plain.forkCluster(repository);
    }

    @Override
    public CheckReport check() {
        return plain.check();
    }

    @Override
    public BackupResult backup(BackupRequest request) {
        return plain.backup(request);
    }

    @Override
    public BackupOutcomes backup(SharedBackupRequest request) {
        return plain.backup(request);
    }

    @Override
    public CopyResult copy(CopyRequest request) {
        return plain.copy(request);
    }

    @Override
    public CopyResult combine(CombineRequest request) {
        return plain.combine(request);
    }

    @Override
    public RestorePlan planRestore(RestoreRequest request) {
        return plain.planRestore(request);
    }

    @Override
    public RestoreResult restore(RestoreRequest request) {
        return plain.restore(request);
    }

    @Override
    public SalvageReport salvage(SalvageRequest request) {
        return plain.salvage(request);
    }

    @Override
    public RepositoryInfo info(Repository repository) {
        return plain.info(repository);
    }

    @Override
    public RepositoryInfo info() {
        return plain.info();
    }

    @Override
    public VerifyReport verify(Repository repository, VerifyDepth depth) {
        return plain.verify(repository, depth);
    }

    @Override
    public VerifyReport verify(VerifyRequest request) {
        return plain.verify(request);
    }

    @Override
    public ExpirePlan planExpire(Repository repository, Retention retention) {
        return plain.planExpire(repository, retention);
    }

    @Override
    public LifecycleRule lifecycleRule(Repository repository, Retention retention, Duration fullEvery) {
        return plain.lifecycleRule(repository, retention, fullEvery);
    }

    @Override
    public ExpirePlan planDelete(Repository repository, BackupLabel label, DeletionConsent... consents) {
        return plain.planDelete(repository, label, consents);
    }

    @Override
    public Pin pin(Repository repository, BackupLabel label, String reason, Optional<Instant> until) {
        return plain.pin(repository, label, reason, until);
    }

    @Override
    public boolean unpin(Repository repository, BackupLabel label) {
        return plain.unpin(repository, label);
    }

    @Override
    public ExpireResult expire(ExpirePlan plan) {
        return plain.expire(plan);
    }

    @Override
    public void breakLease(Repository repository, BackupLabel label) {
        plain.breakLease(repository, label);
    }

    @Override
    public List<JobRecord> jobs(Repository repository, YearMonth month) {
        return plain.jobs(repository, month);
    }

    @Override
    public RepositoryBrowser browse(Repository repository) {
        return plain.browse(repository);
    }

    @Override
    public RepositoryKeys keys(Repository repository) {
        return plain.keys(repository);
    }

    @Override
    public ClusterWal wal() {
        return plain.wal();
    }

    @Override
    public void close() {
        walLanes.close();
        if (ownsRuntime) {
            runtime.close();
        }
    }
}
