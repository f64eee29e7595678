package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.pgbackup.CancellationToken;
import io.pgbackup.Lsn;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationEnded;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.OperationStarted;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.ReceiveRequest;
import io.pgbackup.wal.WalReceiver;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The receiver over repositories: what it stores is what archiving would have stored, and what was committed seconds ago besides. */
class ReceiverServerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path work;

    private Site site(PostgresVersion version) {
        return Site.start(version, work, builder -> builder.walSegmentSize(1).setting("wal_keep_size", "1GB"));
    }

    private ReceiveRequest request() {
        return ReceiveRequest.slot("keeper").in(work.resolve("spool")).partialAfter(Duration.ofMillis(100));
    }

    private static Lsn flushed(PostgresServer server) {
        return Lsn.parse(Objects.requireNonNull(server.query("SELECT pg_current_wal_flush_lsn()")));
    }

    private static void awaitStored(WalReceiver receiver, CompletableFuture<Void> running, Lsn position) {
        await().atMost(PATIENCE)
                .until(() -> running.isDone() || receiver.position().stored().compareTo(position) >= 0);
        assertThat(running).isNotDone();
    }

    @ParameterizedTest
    @EnumSource(names = {"V13", "V15", "V18"})
    void whatWasCommittedSecondsAgoSurvivesTheServer(PostgresVersion version) throws Exception {
        try (Site site = site(version)) {
            PostgresServer server = site.server();
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository);
                    WalService service = pg.wal().serve(server.socketDirectory().resolve("service"))) {
                WalReceiver receiver = pg.wal().receiver(request());
                CompletableFuture<Void> running = CompletableFuture.runAsync(receiver::run);
                server.execute("CREATE TABLE ledger (n bigint PRIMARY KEY)");
                pg.backup(BackupRequest.full().to(repository));
                for (int n = 1; n <= 40; n++) {
                    server.execute(
                            "INSERT INTO ledger VALUES (" + n + ")",
                            "SELECT pg_logical_emit_message(false, 'x', repeat('x', 100000))");
                }
                server.execute("INSERT INTO ledger VALUES (41)");
                awaitStored(receiver, running, flushed(server));
                fetchedSoFarAsReceived(pg, server);
                server.execute("DELETE FROM ledger WHERE n = 40");
                awaitStored(receiver, running, flushed(server));
                assertThat(receiver.position().lagBytes()).isZero();
                server.stop(PostgresServer.StopMode.IMMEDIATE);
                receiver.close();
                running.join();
                assertThat(pg.wal().gaps(repository)).isEmpty();
                compare(pg, server, repository);

                String command =
                        service.writeRestoreCommand(server.socketDirectory().resolve("fetch"));
                Path target = site.fresh("restored");
                pg.restore(RestoreRequest.into(target)
                        .recoverTo(RecoveryTarget.latest())
                        .walFrom(WalDelivery.restoreCommand(command))
                        .whenReached(RecoveryAction.PROMOTE));
                Path prefetched = site.fresh("restored");
                pg.restore(RestoreRequest.into(prefetched)
                        .recoverTo(RecoveryTarget.latest())
                        .walFrom(WalDelivery.prefetched())
                        .whenReached(RecoveryAction.PROMOTE));
                for (Path place : List.of(target, prefetched)) {
                    try (PostgresServer restored = PostgresServer.startOn(version, place)) {
                        assertThat(restored.query("SELECT count(*) || ' ' || max(n) FROM ledger"))
                                .isEqualTo("40 41");
                    }
                }
            }
        }
    }

    /** The current segment is given up to what was received; what is fetched ahead is whole or nothing. */
    private void fetchedSoFarAsReceived(PgBackup pg, PostgresServer server) throws IOException {
        String current = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_flush_lsn())"));
        int length = (int) (flushed(server).value() & (1 << 20) - 1);
        Path fetched = work.resolve("current");
        assertThat(pg.wal().fetch(current, fetched)).isTrue();
        byte[] own = Files.readAllBytes(server.dataDirectory().resolve("pg_wal").resolve(current));
        assertThat(Files.readAllBytes(fetched)).hasSize(1 << 20).startsWith(Arrays.copyOf(own, length));
        assertThat(pg.wal().fetch(current.substring(0, 16) + "000000FF", fetched))
                .isFalse();
    }

    /** Whole segments are those of the server; of each that is whole no part is left. */
    private void compare(PgBackup pg, PostgresServer server, Repository repository) throws IOException {
        int whole = 0;
        try (Stream<Path> stored = Files.walk(Site.place(repository))) {
            for (Path file : stored.filter(Files::isRegularFile).toList()) {
                String name = String.valueOf(file.getFileName());
                if (name.matches("[0-9A-F]{24}")) {
                    Path fetched = work.resolve("fetched");
                    assertThat(pg.wal().fetch(name, fetched)).isTrue();
                    assertThat(fetched)
                            .hasSameBinaryContentAs(
                                    server.dataDirectory().resolve("pg_wal").resolve(name));
                    assertThat(file.resolveSibling(name + ".part").resolve("x").getParent())
                            .satisfiesAnyOf(
                                    directory -> assertThat(directory).doesNotExist(),
                                    directory -> assertThat(directory).isEmptyDirectory());
                    whole++;
                }
            }
        }
        assertThat(whole).isGreaterThan(3);
    }

    @Test
    void anotherServerThanThatOfTheRepositoryIsRefused() throws Exception {
        try (Site site = site(PostgresVersion.V17);
                Site other = Site.start(PostgresVersion.V17, Files.createDirectory(work.resolve("other")))) {
            Repository repository = site.repository();
            site.initialized(repository).close();
            try (PgBackup pg = PgBackup.of(other.cluster("main"))
                            .repository(repository)
                            .build();
                    WalReceiver receiver = pg.wal().receiver(request())) {
                PgBackupException failure = catchThrowableOfType(PgBackupException.class, receiver::run);
                assertThat(failure.code()).isEqualTo(ErrorCode.WRONG_CLUSTER);
            }
        }
    }

    @Test
    void itIsAnOperationWithEventsThatCanBeCancelled() {
        try (Site site = site(PostgresVersion.V17)) {
            Repository repository = site.repository();
            CancellationToken token = new CancellationToken();
            List<String> heard = new CopyOnWriteArrayList<>();
            OperationListener listener = new OperationListener() {
                @Override
                public void started(OperationStarted event) {
                    if (event.kind() == OperationKind.WAL_RECEIVE) {
                        heard.add("started");
                    }
                }

                @Override
                public void ended(OperationEnded event) {
                    if (event.kind() == OperationKind.WAL_RECEIVE) {
                        heard.add("ended "
                                + event.failure().map(PgBackupException::code).orElseThrow());
                    }
                }
            };
            try (PgBackup pg = site.initialized(repository)) {
                WalReceiver receiver = pg.with(
                                OperationOptions.none().listener(listener).cancellation(token))
                        .wal()
                        .receiver(request());
                CompletableFuture<Void> running = CompletableFuture.runAsync(receiver::run);
                site.server().execute("SELECT pg_switch_wal()");
                awaitStored(receiver, running, flushed(site.server()));
                token.cancel();
                await().until(running::isDone);
                assertThat(running.handle((done, failure) -> failure).join())
                        .hasCauseInstanceOf(OperationCancelledException.class);
                assertThat(heard).containsExactly("started", "ended CANCELLED");
                assertThat(site.server().query("SELECT count(*) FROM pg_stat_replication"))
                        .isEqualTo("0");
            }
        }
    }
}
