package io.pgbackup.core.engine;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.core.archive.WaitingWal;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.engine.restore.RestoreOperation;
import io.pgbackup.core.engine.restore.plan.RestoreSource;
import io.pgbackup.core.engine.restore.route.Branch;
import io.pgbackup.core.engine.restore.route.LogPlaces;
import io.pgbackup.core.engine.restore.route.WalRoute;
import io.pgbackup.core.engine.restore.route.WalRouting;
import io.pgbackup.core.engine.restore.target.Surroundings;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.error.RestoreException;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RecoveryTimeline;
import io.pgbackup.restore.RestoreRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Which set of which repository a request is restored from: the newest that leads to the target, along the newest timeline if
 * none is named. For one call. */
final class RestoreChoice {
    private final Cluster cluster;
    private final Repositories repositories;
    private final RestoreRequest request;
    private final ClusterLayout layout;
    private final WaitingWal waiting;

    /** A set, and the way from it to the target. */
    private record Chosen(BackupRecord record, WalRoute route) {}

    /** A set, and the newest timeline to which it leads. */
    private record Branched(BackupRecord backup, Branch branch) {}

    RestoreChoice(Cluster cluster, Repositories repositories, RestoreRequest request, WaitingWal waiting) {
        this.waiting = waiting;
        this.cluster = cluster;
        this.repositories = repositories;
        this.request = request;
        this.layout = ClusterLayout.of(cluster.name());
    }

    /**
     * The repository asked for, or the first that holds a suitable backup. One that cannot be read is passed over if another one can help; otherwise it is
     * an error, never "no backup".
     */
    Repository repository(Operation operation) {
        if (request.repository().isPresent()) {
            return request.repository().get();
        }
        List<PgBackupException> failures = new ArrayList<>();
        for (Repository repository : repositories.all()) {
            try (OpenRepository open = repositories.open(repository)) {
                choose(operation, open);
                failures.forEach(failure -> operation.warn("repositories", "passed over: " + failure.getMessage()));
                return repository;
            } catch (RepositoryException | RestoreException e) {
                failures.add(e);
            }
        }
        throw worst(failures);
    }

    /** A repository that could not be read may have what the others have not. */
    private static PgBackupException worst(List<PgBackupException> failures) {
        PgBackupException worst = failures.stream()
                .filter(failure ->
                        failure.code() != ErrorCode.BACKUP_NOT_FOUND && failure.code() != ErrorCode.TARGET_UNREACHABLE)
                .findFirst()
                .or(() -> failures.stream()
                        .filter(failure -> failure.code() == ErrorCode.TARGET_UNREACHABLE)
                        .findFirst())
                .orElse(failures.get(0));
        failures.stream().filter(failure -> failure != worst).forEach(worst::addSuppressed);
        return worst;
    }

    /** Restores the set asked for, or the newest that leads to the target. */
    RestoreOperation operation(Operation operation, OpenRepository open, PgBackupRuntime runtime) {
        Chosen chosen = choose(operation, open);
        chosen.route().doubt().ifPresent(doubt -> operation.warn("WAL", doubt));
        RestoreSource source = new RestoreSource(SetContents.of(open, layout, chosen.record()), chosen.route());
        return new RestoreOperation(operation, source, runtime, request, Surroundings.of(cluster, repositories.all()));
    }

    private Chosen choose(Operation operation, OpenRepository open) {
        Catalog catalog = new Catalog(open, layout);
        WalRouting routing = new WalRouting(new LogPlaces(open, layout, waiting), request, operation::heartbeat);
        if (request.label().isPresent()) {
            BackupRecord record = catalog.require(request.label().get());
            return new Chosen(record, routing.from(record));
        }
        List<RestoreException> reasons = new ArrayList<>();
        for (BackupRecord record : inOrder(catalog.backups(), routing)) {
            try {
                return new Chosen(record, routing.from(record));
            } catch (RestoreException e) {
                reasons.add(e);
            }
        }
        throw reasons.isEmpty() ? noBackup(cluster.name(), "repository " + open.name()) : none(open, reasons);
    }

    /** A backup of the branch that a promotion left would lead along that branch again: first come those that lead to the newest timeline. */
    private List<BackupRecord> inOrder(List<BackupRecord> backups, WalRouting routing) {
        List<BackupRecord> newestFirst = new ArrayList<>(backups);
        Collections.reverse(newestFirst);
        if (!request.timeline().equals(RecoveryTimeline.latest())
                || request.target() instanceof RecoveryTarget.EndOfBackup) {
            return newestFirst;
        }
        return newestFirst.stream()
                .map(backup -> new Branched(backup, routing.branch(backup)))
                .sorted(Comparator.comparing(Branched::branch).reversed())
                .map(Branched::backup)
                .toList();
    }

    private RestoreException none(OpenRepository open, List<RestoreException> reasons) {
        RestoreException newest = reasons.get(0);
        RestoreException oldest = reasons.get(reasons.size() - 1);
        return new RestoreException(
                ErrorCode.TARGET_UNREACHABLE,
                "no backup in repository " + open.name() + " leads to " + request.target() + ": " + newest.getMessage()
                        + (oldest.equals(newest) ? "" : "; " + oldest.getMessage()),
                "wal().windows() says where each backup leads to",
                newest);
    }

    static RepositoryException noBackup(String cluster, String where) {
        return new RepositoryException(
                ErrorCode.BACKUP_NOT_FOUND,
                "there is no such backup of cluster " + cluster + " in " + where,
                "info lists the backups there are");
    }
}
