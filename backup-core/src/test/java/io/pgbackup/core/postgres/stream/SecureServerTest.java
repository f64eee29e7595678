package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Secret;
import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.PrivateCertificates;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SecureServerTest {
    private static final WalSegmentSize ONE = new WalSegmentSize(1 << 20);
    private static final String PASSWORD = UUID.randomUUID().toString();

    @TempDir
    static Path shared;

    private static PrivateCertificates certificates;
    private static PrivateCertificates others;

    @TempDir
    Path directory;

    /** Each costs seconds. */
    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = PrivateCertificates.make(shared.resolve("certificates"));
        others = PrivateCertificates.make(shared.resolve("others"));
    }

    private void receives(PostgresServer server, ConnectionSettings connection) throws Exception {
        Path archive = Files.createTempDirectory(directory, "archive");
        StreamSettings settings =
                StreamSettings.of(archive.resolve("spool"), "keeper").partialAfter(Duration.ofMillis(100));
        ServerWal wal = new ServerWal(server, ONE);
        DirectoryDestination destination = new DirectoryDestination(archive);
        try (RunningReceiver receiver = new RunningReceiver(connection, settings, destination)) {
            wal.load(8);
            receiver.awaitStored(wal.switchSegment());
            assertThat(wal.compare(destination, Timeline.FIRST)).isPositive();
            assertThat(receiver.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void overTlsOfAPrivateAuthorityWithAScramPassword(PostgresVersion version) throws Exception {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version)
                .walSegmentSize(1)
                .setting("wal_keep_size", "1GB")
                .setting("password_encryption", "scram-sha-256")
                .start()) {
            certificates.installIn(server);
            server.execute("CREATE ROLE keeper LOGIN REPLICATION PASSWORD '" + PASSWORD + "'");
            server.authenticate(
                    "hostssl replication,all keeper 127.0.0.1/32 scram-sha-256",
                    "host replication,all keeper all reject");
            ConnectionSettings secure = ConnectionSettings.of(server.jdbcUrl("postgres"), "keeper")
                    .password(() -> Secret.of(PASSWORD.toCharArray()))
                    .property("sslmode", "verify-ca")
                    .property("channelBinding", "require")
                    .property("sslrootcert", certificates.authority().toString());
            receives(server, secure);
            refused(secure.property("sslrootcert", others.authority().toString()));
            refused(secure.password(() -> Secret.of("wrong".toCharArray())));
        }
    }

    private void refused(ConnectionSettings connection) throws Exception {
        Path archive = Files.createTempDirectory(directory, "none");
        StreamSettings settings = StreamSettings.of(archive.resolve("spool"), "keeper");
        try (RunningReceiver receiver = new RunningReceiver(connection, settings, new DirectoryDestination(archive))) {
            PgBackupException failure = (PgBackupException) receiver.awaitFailure();
            assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_FAILED);
            assertThat(failure.toString()).doesNotContain(PASSWORD);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"V13", "V18"})
    void overAUnixSocket(PostgresVersion version) throws Exception {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version)
                .walSegmentSize(1)
                .setting("wal_keep_size", "1GB")
                .start()) {
            receives(
                    server,
                    ConnectionSettings.of("jdbc:postgresql://localhost/postgres", "postgres")
                            .unixSocket(server.socketDirectory().resolve(".s.PGSQL." + server.port())));
        }
    }

    @Test
    void factoriesOfTheUserAreUsed() throws Exception {
        PostgresAvailability.require(PostgresVersion.newest());
        try (PostgresServer server = PostgresServer.of(PostgresVersion.newest())
                .walSegmentSize(1)
                .setting("wal_keep_size", "1GB")
                .start()) {
            receives(
                    server,
                    ConnectionSettings.of("jdbc:postgresql://localhost/postgres", "postgres")
                            .property("socketFactory", "io.pgbackup.core.postgres.session.UnixSocketFactory")
                            .property(
                                    "socketFactoryArg",
                                    server.socketDirectory()
                                            .resolve(".s.PGSQL." + server.port())
                                            .toString())
                            .property("sslmode", "disable"));
            certificates.installIn(server);
            receives(
                    server,
                    ConnectionSettings.of(server.jdbcUrl("postgres"), "postgres")
                            .property("sslmode", "require")
                            .property("sslfactory", "org.postgresql.ssl.NonValidatingFactory"));
        }
    }
}
