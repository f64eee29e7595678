package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.ClusterOperations;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupOutcome;
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
import io.pgbackup.core.engine.backup.BackupOperation;
import io.pgbackup.core.engine.copy.CopyOperation;
import io.pgbackup.core.engine.salvage.SalvageOperation;
import io.pgbackup.core.engine.verify.VerifyOperation;
import io.pgbackup.core.engine.wal.WalVerbs;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.JobRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.retention.Candidate;
import io.pgbackup.core.repository.retention.DeletionPlanner;
import io.pgbackup.core.repository.retention.DistrustfulCatalog;
import io.pgbackup.core.repository.retention.RetentionCatalog;
import io.pgbackup.core.repository.retention.RetentionPlanner;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.event.OperationKind;
import io.pgbackup.keys.RepositoryKeys;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.RestoreResult;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageRequest;
import io.pgbackup.wal.ClusterWal;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/** One method a verb: opens what the verb needs and leaves a job record. Safe for use by many threads. */
final class Verbs implements ClusterOperations {
    private final Cluster cluster;
    private final Repositories repositories;
    private final PgBackupRuntime runtime;
    private final OperationRunner runner;
    private final WalVerbs wal;
    private final ClusterLayout layout;

    Verbs(Cluster cluster, Repositories repositories, PgBackupRuntime runtime, OperationRunner runner, WalVerbs wal) {
        this.cluster = cluster;
        this.repositories = repositories;
        this.runtime = runtime;
        this.runner = runner;
        this.wal = wal;
        this.layout = ClusterLayout.of(cluster.name());
    }

    @Override
    public InitializeResult initialize(Repository repository) {
        return runner.run(OperationKind.INITIALIZE, operation -> {
            boolean made = repositories.create(repository);
            return recorded(operation, repository, (running, open) -> new InitializeOperation(cluster, made).run(open));
        });
    }

    @Override
    public InitializeResult upgradeCluster(Repository repository) {
        return run(
                OperationKind.UPGRADE_CLUSTER,
                repository,
                (operation, open) -> new NewIdentityOperation(operation, cluster, open).upgrade());
    }

    @Override
    public InitializeResult forkCluster(Repository repository) {
        return run(
                OperationKind.FORK_CLUSTER,
                repository,
                (operation, open) -> new NewIdentityOperation(operation, cluster, open).fork());
    }

    @Override
    public CheckReport check() {
        return runner.run(
                OperationKind.CHECK, operation -> new CheckOperation(operation, cluster, repositories, wal).run());
    }

    @Override
    public BackupResult backup(BackupRequest request) {
        return backup(List.of(request)).results().get(0);
    }

    @Override
    public BackupOutcomes backup(SharedBackupRequest request) {
        List<Repository> chosen = request.repositories().isEmpty() ? repositories.all() : request.repositories();
        return backup(chosen.stream().map(request::in).toList());
    }

    private BackupOutcomes backup(List<BackupRequest> requests) {
        BackupOutcomes outcomes = runner.run(
                OperationKind.BACKUP,
                operation -> new BackupOperation(operation, requests, cluster, runtime, repositories::open).run());
        Optional<Retention> retention = requests.get(0).thenExpire();
        return new BackupOutcomes(outcomes.all().stream()
                .map(outcome -> outcome instanceof BackupOutcome.Succeeded done
                        ? new BackupOutcome.Succeeded(
                                done.repository(),
                                new FollowingExpire(this, done.repository(), retention).after(done.result()))
                        : outcome)
                .toList());
    }

    @Override
    public CopyResult copy(CopyRequest request) {
        return run(
                OperationKind.COPY,
                request.target(),
                (operation, open) -> copying(operation, request.source(), open, copy -> copy.copy(request)));
    }

    @Override
    public CopyResult combine(CombineRequest request) {
        return run(
                OperationKind.COMBINE,
                request.target(),
                (operation, open) -> copying(operation, request.source(), open, copy -> copy.combine(request)));
    }

    private CopyResult copying(
            Operation operation, Repository from, OpenRepository target, Function<CopyOperation, CopyResult> verb) {
        try (OpenRepository source = repositories.open(from)) {
            return verb.apply(new CopyOperation(operation, source, target, layout, runtime));
        }
    }

    @Override
    public RestorePlan planRestore(RestoreRequest request) {
        return runner.run(OperationKind.PLAN_RESTORE, operation -> {
            RestoreChoice choice = new RestoreChoice(cluster, repositories, request, wal.waiting());
            try (OpenRepository open = repositories.open(choice.repository(operation))) {
                return choice.operation(operation, open, runtime).plan();
            }
        });
    }

    @Override
    public RestoreResult restore(RestoreRequest request) {
        return runner.run(OperationKind.RESTORE, operation -> {
            RestoreChoice choice = new RestoreChoice(cluster, repositories, request, wal.waiting());
            return recorded(
                    operation,
                    choice.repository(operation),
                    (running, open) -> choice.operation(running, open, runtime).run());
        });
    }

    @Override
    public SalvageReport salvage(SalvageRequest request) {
        return run(
                OperationKind.SALVAGE,
                request.repository(),
                (operation, open) -> new SalvageOperation(operation, open, layout, request).run());
    }

    @Override
    public RepositoryInfo info(Repository repository) {
        InfoQuery query = new InfoQuery(cluster.name(), runtime.clock().instant());
        try (OpenRepository open = repositories.open(repository)) {
            query.add(repository, open);
        }
        return query.result();
    }

    @Override
    public RepositoryInfo info() {
        InfoQuery query = new InfoQuery(cluster.name(), runtime.clock().instant());
        for (Repository repository : repositories.all()) {
            try (OpenRepository open = repositories.open(repository)) {
                query.add(repository, open);
            } catch (PgBackupException e) {
                query.addFailed(repository, e);
            }
        }
        return query.result();
    }

    @Override
    public VerifyReport verify(Repository repository, VerifyDepth depth) {
        return verify(VerifyRequest.of(repository).depth(depth));
    }

    @Override
    public VerifyReport verify(VerifyRequest request) {
        return run(
                OperationKind.VERIFY,
                request.repository(),
                (operation, open) -> new VerifyOperation(operation, open, layout, runtime, request).run());
    }

    @Override
    public ExpirePlan planExpire(Repository repository, Retention retention) {
        try (OpenRepository open = repositories.open(repository)) {
            return new ExpirePlan(
                    repository,
                    decisions(open, retention),
                    ExpirePlan.STANDARD_GRACE,
                    Set.of(),
                    retention.walOf(),
                    retention.untrustedSource());
        }
    }

    private List<ExpirePlan.Decision> decisions(OpenRepository open, Retention retention) {
        if (retention.untrustedSource().isEmpty()) {
            Instant now = runtime.clock().instant();
            return RetentionPlanner.plan(new RetentionCatalog(open, layout).candidates(now), retention, now);
        }
        DistrustfulCatalog catalog =
                new DistrustfulCatalog(open, layout, retention.untrustedSource().get());
        List<ExpirePlan.Decision> decisions = RetentionPlanner.plan(catalog.candidates(), retention, catalog.now());
        catalog.requireOld(decisions);
        return decisions;
    }

    @Override
    public LifecycleRule lifecycleRule(Repository repository, Retention retention, Duration fullEvery) {
        return new LifecycleAdvice(layout, repositories).rule(repository, retention, fullEvery);
    }

    @Override
    public ExpirePlan planDelete(Repository repository, BackupLabel label, DeletionConsent... consents) {
        try (OpenRepository open = repositories.open(repository)) {
            Instant now = runtime.clock().instant();
            List<Candidate> candidates = new RetentionCatalog(open, layout).candidates(now);
            if (candidates.stream().noneMatch(candidate -> candidate.label().equals(label))) {
                throw RestoreChoice.noBackup(cluster.name(), "repository " + open.name());
            }
            Set<DeletionConsent> consented = Set.copyOf(Arrays.asList(consents));
            return new ExpirePlan(
                    repository,
                    DeletionPlanner.plan(candidates, label, consented, now),
                    ExpirePlan.STANDARD_GRACE,
                    consented);
        }
    }

    @Override
    public Pin pin(Repository repository, BackupLabel label, String reason, Optional<Instant> until) {
        return run(
                OperationKind.PIN,
                repository,
                (operation, open) -> new PinOperation(operation, open, layout).pin(label, reason, until));
    }

    @Override
    public boolean unpin(Repository repository, BackupLabel label) {
        return run(
                OperationKind.UNPIN,
                repository,
                (operation, open) -> new PinOperation(operation, open, layout).unpin(label));
    }

    @Override
    public ExpireResult expire(ExpirePlan plan) {
        return run(
                OperationKind.EXPIRE,
                plan.repository(),
                (operation, open) -> new ExpireOperation(operation, open, layout).run(plan));
    }

    @Override
    public void breakLease(Repository repository, BackupLabel label) {
        run(OperationKind.BREAK_LEASE, repository, (operation, open) -> {
            operation.fact("label", label.toString());
            if (!new Catalog(open, layout).labels().unsettled().contains(label)
                    && !new Leases(open, layout).unsettled().contains(label)) {
                throw new RepositoryException(
                        ErrorCode.BACKUP_NOT_FOUND,
                        label + " is not an unsettled backup of cluster " + cluster.name(),
                        "info lists the unsettled ones");
            }
            return new SetRecords(open, layout)
                    .abort(label, "lease broken", operation.clock().instant());
        });
    }

    @Override
    public List<JobRecord> jobs(Repository repository, YearMonth month) {
        try (OpenRepository open = repositories.open(repository)) {
            return new JobRecords(open, layout).of(month);
        }
    }

    @Override
    public RepositoryBrowser browse(Repository repository) {
        return new Browser(repositories, repository);
    }

    @Override
    public RepositoryKeys keys(Repository repository) {
        return new KeyVerbs(this, repositories, repository);
    }

    @Override
    public ClusterWal wal() {
        return wal;
    }

    <T> T run(OperationKind kind, Repository repository, BiFunction<Operation, OpenRepository, T> body) {
        return runner.run(kind, operation -> recorded(operation, repository, body));
    }

    private <T> T recorded(Operation operation, Repository repository, BiFunction<Operation, OpenRepository, T> body) {
        try (OpenRepository open = repositories.open(repository)) {
            JobRecords registry = new JobRecords(open, layout);
            return OperationRunner.recorded(operation, registry::write, running -> body.apply(running, open));
        }
    }
}
