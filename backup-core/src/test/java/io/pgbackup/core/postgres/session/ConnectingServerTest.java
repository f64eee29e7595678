package io.pgbackup.core.postgres.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectingServerTest {
    @ParameterizedTest
    @EnumSource
    void unixSocketAndPasswordThatChanges(PostgresVersion version) {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version)
                .setting("password_encryption", "scram-sha-256")
                .start()) {
            server.execute("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'first-Pa55'");
            server.authenticate("host all keeper 127.0.0.1/32 scram-sha-256", "local all keeper scram-sha-256");
            String[] password = {"first-Pa55"};
            ConnectionSettings tcp = ConnectionSettings.of(server.jdbcUrl("postgres"), "keeper")
                    .password(() -> Secret.of(password[0].toCharArray()));
            Path socket = server.socketDirectory().resolve(".s.PGSQL." + server.port());

            works(tcp);
            worksOverSocket(tcp.unixSocket(socket));
            server.execute("ALTER ROLE keeper PASSWORD 'second-Pa55'");
            ClusterException failure = catchThrowableOfType(ClusterException.class, () -> ServerSession.connect(tcp));
            assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_FAILED);
            assertThat(failure.hint()).contains("password source");
            assertThat(wholeStory(failure)).doesNotContain("Pa55").contains("keeper at jdbc:postgresql://127.0.0.1");
            password[0] = "second-Pa55";
            works(tcp);
            works(tcp.unixSocket(socket));
        }
    }

    private static void works(ConnectionSettings settings) {
        try (ServerSession session = ServerSession.connect(settings)) {
            session.ping();
            assertThat(session.backend()).isPositive();
        }
    }

    private static void worksOverSocket(ConnectionSettings settings) {
        try (ServerSession session = ServerSession.connect(settings)) {
            Thread.currentThread().interrupt();
            session.ping();
            assertThat(Thread.interrupted()).isTrue();
            String long1 = session.ask("ask much", "SELECT pg_catalog.repeat('x', 3000000)", row -> row.getString(1));
            assertThat(long1).hasSize(3_000_000);
            int length = session.ask("tell much", "SELECT pg_catalog.length(?)", row -> row.getInt(1), long1);
            assertThat(length).isEqualTo(3_000_000);
            session.ping();
        }
    }

    private static String wholeStory(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void refusalsSayWhatToCheck() {
        PostgresVersion version = PostgresVersion.newest();
        PostgresAvailability.require(version);
        int port;
        try (PostgresServer server = PostgresServer.of(version).start()) {
            port = server.port();
            hintOf(ConnectionSettings.of(server.jdbcUrl("nowhere"), "postgres"), "no such database");
            server.authenticate("host all needy 127.0.0.1/32 scram-sha-256");
            server.execute("CREATE ROLE needy LOGIN");
            hintOf(ConnectionSettings.of(server.jdbcUrl("postgres"), "needy"), "password");
        }
        hintOf(
                ConnectionSettings.of("jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres"),
                "Nobody listens");
        hintOf(
                ConnectionSettings.of("jdbc:postgresql://localhost/postgres", "postgres")
                        .password(SecretSource.file(Path.of("/nowhere"))),
                "source of the password");
        hintOf(
                ConnectionSettings.of("jdbc:postgresql://localhost/postgres", "postgres")
                        .unixSocket(Path.of("/nowhere/.s.PGSQL.1")),
                "Check host");
    }

    private static void hintOf(ConnectionSettings settings, String hint) {
        ClusterException failure = catchThrowableOfType(ClusterException.class, () -> ServerSession.connect(settings));
        assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_FAILED);
        assertThat(failure.hint()).contains(hint);
    }
}
