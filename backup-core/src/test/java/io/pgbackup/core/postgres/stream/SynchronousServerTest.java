package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SynchronousServerTest {
    @TempDir
    Path directory;

    private static PostgresServer server(PostgresVersion version) {
        PostgresAvailability.require(version);
        PostgresServer server = PostgresServer.of(version).walSegmentSize(1).start();
        server.execute("CREATE TABLE t (i int)");
        return server;
    }

    /** A destination that takes something only when it is let. */
    private DirectoryDestination gated(Semaphore gate) throws Exception {
        DirectoryDestination destination =
                new DirectoryDestination(Files.createDirectory(directory.resolve("archive")));
        destination.before(() -> {
            try {
                gate.acquire();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        });
        return destination;
    }

    private static void synchronous(PostgresServer server) {
        server.execute("ALTER SYSTEM SET synchronous_standby_names = '\"safe place\"'", "SELECT pg_reload_conf()");
        await().until(() -> "sync".equals(server.query("SELECT max(sync_state) FROM pg_stat_replication")));
    }

    private StreamSettings settings() {
        return StreamSettings.of(directory.resolve("spool"), "keeper")
                .application("safe place")
                .partialAfter(Duration.ZERO);
    }

    @ParameterizedTest
    @EnumSource(names = {"V13", "V18"})
    void aCommitWaitsUntilTheDestinationHasIt(PostgresVersion version) throws Exception {
        Semaphore gate = new Semaphore(1000);
        try (PostgresServer server = server(version);
                RunningReceiver receiver = new RunningReceiver(
                        ConnectionSettings.of(server.jdbcUrl("postgres"), "postgres"), settings(), gated(gate))) {
            await().until(() -> "1".equals(server.query("SELECT count(*) FROM pg_stat_replication")));
            synchronous(server);
            server.execute("INSERT INTO t VALUES (1)");
            gate.drainPermits();
            CompletableFuture<Void> commit =
                    CompletableFuture.runAsync(() -> server.execute("INSERT INTO t VALUES (2)"));
            await().until(() ->
                    "1".equals(server.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")));
            await().during(Duration.ofMillis(500)).until(() -> !commit.isDone());
            assertThat(server.query("SELECT count(*) FROM t")).isEqualTo("1");
            gate.release(1000);
            commit.join();
            assertThat(server.query("SELECT count(*) FROM t")).isEqualTo("2");
            assertThat(receiver.failure()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V13", "V18"})
    void acknowledgedOnTheLocalDiskItWaitsForNoDestinationButKeepsTheSegmentOnTheServer(PostgresVersion version)
            throws Exception {
        Semaphore gate = new Semaphore(0);
        try (PostgresServer server = server(version);
                RunningReceiver receiver = new RunningReceiver(
                        ConnectionSettings.of(server.jdbcUrl("postgres"), "postgres"),
                        settings().acknowledge(Acknowledge.ON_LOCAL_DISK),
                        gated(gate))) {
            await().until(() -> "1".equals(server.query("SELECT count(*) FROM pg_stat_replication")));
            synchronous(server);
            server.execute("INSERT INTO t VALUES (1)");
            ServerWal wal = new ServerWal(server, new WalSegmentSize(1 << 20));
            CompletableFuture<Void> much = CompletableFuture.runAsync(() -> wal.load(12));
            await().until(() ->
                    "1".equals(server.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")));
            await().during(Duration.ofMillis(500)).until(() -> !much.isDone());
            assertThat(receiver.position().stored())
                    .isLessThan(receiver.position().received());
            gate.release(1000);
            much.join();
            receiver.awaitStored(wal.flushed());
        }
    }
}
