package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.CancellationToken;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Progress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that spreads its checkpoint over minutes: the backup can be given up meanwhile, and the next one works at once. */
class SpreadCheckpointServerTest {
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    @TempDir
    static Path work;

    private static Site site;

    @BeforeAll
    static void start() {
        site = Site.start(
                PostgresVersion.newest(),
                work,
                builder -> builder.setting("checkpoint_timeout", "30min")
                        .setting("checkpoint_completion_target", "0.9")
                        .setting("shared_buffers", "64MB"));
    }

    @AfterAll
    static void end() {
        site.close();
    }

    /** Enough pages that a spread checkpoint takes many minutes. */
    private static void dirty() {
        site.server()
                .execute(
                        "DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 100000) i");
    }

    private static void requireGivenUp(OperationOptions options) {
        dirty();
        Repository repository = site.repository();
        try (PgBackup pg = site.initialized(repository)) {
            long begin = System.nanoTime();
            BackupRequest spread =
                    BackupRequest.full().checkpoint(CheckpointMode.SPREAD).to(repository);
            assertThatThrownBy(() -> pg.with(options).backup(spread)).isInstanceOf(OperationCancelledException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(AT_ONCE);
            assertThat(pg.info(repository).unsettled()).isEmpty();
            assertThat(pg.backup(BackupRequest.full().to(repository)).backup().label())
                    .isNotNull();
        }
    }

    @Test
    void aCancelledBackupDoesNotWaitForTheCheckpoint() {
        CancellationToken token = new CancellationToken();
        OperationListener listener = new OperationListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.phase().contains("checkpoint")) {
                    token.cancel();
                }
            }
        };
        requireGivenUp(OperationOptions.none().cancellation(token).listener(listener));
    }

    @Test
    void aDeadlineDoesNotWaitForTheCheckpoint() {
        requireGivenUp(OperationOptions.none().deadline(Duration.ofSeconds(3)));
    }
}
