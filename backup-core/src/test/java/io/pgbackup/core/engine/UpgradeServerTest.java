package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.RepositoryInfo;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cluster name over two servers, the second as pg_upgrade leaves it: another system identifier and a higher major version. */
class UpgradeServerTest {
    @TempDir
    Path work;

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    private static PgBackup open(Cluster cluster, Repository repository) {
        return PgBackup.of(cluster).repository(repository).build();
    }

    @Test
    void backupsGoOnAfterAnUpgradeAndThoseBeforeStay() {
        try (Site before = Site.start(PostgresVersion.V13, work);
                Site after = Site.start(PostgresVersion.V17, work)) {
            Repository repository = before.repository();
            before.server().execute("CREATE TABLE t AS SELECT 'before' AS word");
            after.server().execute("CREATE TABLE t AS SELECT 'after' AS word");
            BackupLabel old;
            try (PgBackup pg = before.initialized(repository)) {
                old = pg.backup(BackupRequest.full().to(repository)).label();
                assertThat(pg.upgradeCluster(repository)).isEqualTo(InitializeResult.ALREADY_VALID);
            }
            try (PgBackup pg = open(after.cluster("main"), repository)) {
                refused(
                        ErrorCode.WRONG_CLUSTER,
                        () -> pg.backup(BackupRequest.auto().to(repository)));
                refused(ErrorCode.WRONG_CLUSTER, () -> pg.initialize(repository));
                assertThat(pg.upgradeCluster(repository)).isEqualTo(InitializeResult.CREATED);
                assertThat(pg.upgradeCluster(repository)).isEqualTo(InitializeResult.ALREADY_VALID);
                assertThat(pg.initialize(repository)).isEqualTo(InitializeResult.ALREADY_VALID);

                refused(
                        ErrorCode.NO_BASE,
                        () -> pg.backup(BackupRequest.incremental().to(repository)));
                BackupResult full = pg.backup(BackupRequest.auto().to(repository));
                assertThat(full.label().type()).isEqualTo(BackupType.FULL);
                assertThat(full.warnings())
                        .anyMatch(warning -> warning.message().contains("the server as it was before"));
                BackupResult next = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(next.backup().base()).contains(full.label());

                RepositoryInfo info = pg.info(repository);
                assertThat(info.repositories().get(0).identities())
                        .extracting(ServerIdentity::majorVersion)
                        .containsExactly(13, 17);
                assertThat(info.backups())
                        .extracting(BackupInfo::label)
                        .containsExactly(old, full.label(), next.label());
                assertThat(info.toTable())
                        .contains("db 1 (prior): PostgreSQL 13")
                        .contains("db 2 (current): PostgreSQL 17");
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                try (PostgresServer restored = before.restored(pg, repository, old)) {
                    assertThat(restored.query("SELECT word FROM t")).isEqualTo("before");
                }
                try (PostgresServer restored = after.restored(pg, repository, next.label())) {
                    assertThat(restored.query("SELECT word FROM t")).isEqualTo("after");
                }
            }
            strangersAreRefused(before, after, repository);
            forkedAndReturned(before, after, repository);
        }
    }

    private static void strangersAreRefused(Site before, Site after, Repository repository) {
        try (PgBackup pg = open(after.cluster("other"), repository)) {
            refused(ErrorCode.REPOSITORY_MISSING, () -> pg.upgradeCluster(repository));
            pg.initialize(repository);
        }
        try (PgBackup pg = open(before.cluster("other"), repository)) {
            // The cluster "main" is this server, or was.
            refused(ErrorCode.WRONG_CLUSTER, () -> pg.upgradeCluster(repository));
        }
    }

    /** A fork is a full backup again, though server and system identifier are the same; the way back from an upgrade is open. */
    private static void forkedAndReturned(Site before, Site after, Repository repository) {
        try (PgBackup pg = open(before.cluster("main"), repository)) {
            refused(ErrorCode.WRONG_CLUSTER, () -> pg.forkCluster(repository));
            assertThat(pg.upgradeCluster(repository)).isEqualTo(InitializeResult.CREATED);
            BackupResult first = pg.backup(BackupRequest.auto().to(repository));
            assertThat(first.label().type()).isEqualTo(BackupType.FULL);
            assertThat(pg.forkCluster(repository)).isEqualTo(InitializeResult.CREATED);
            refused(
                    ErrorCode.NO_BASE,
                    () -> pg.backup(BackupRequest.incremental().to(repository)));
            assertThat(pg.info(repository).repositories().get(0).identities()).hasSize(4);
        }
    }
}
