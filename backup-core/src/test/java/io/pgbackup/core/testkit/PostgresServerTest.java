package io.pgbackup.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
    @Test
    void failureShowsTheLogAndLeavesNothingBehind(@TempDir Path directory) throws IOException {
        PostgresAvailability.require(PostgresVersion.newest());
        Files.writeString(directory.resolve("PG_VERSION"), "18\n");
        assertThatThrownBy(() -> PostgresServer.startOn(PostgresVersion.newest(), directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("its log:")
                .hasMessageContaining("postgresql.conf");
    }

    @Test
    void stopsStartsAndCleansUp() {
        PostgresAvailability.require(PostgresVersion.newest());
        Path base;
        try (PostgresServer server = PostgresServer.of(PostgresVersion.newest())
                .setting("work_mem", "7MB")
                .start()) {
            base = server.socketDirectory();
            server.execute("CREATE TABLE t AS SELECT 42 AS n");
            server.restart();
            assertThat(server.query("SELECT n FROM t")).isEqualTo("42");
            server.stop(PostgresServer.StopMode.SMART);
            assertThatThrownBy(server::port).isInstanceOf(IllegalStateException.class);
            server.start();
            server.stop(PostgresServer.StopMode.IMMEDIATE);
            server.start();
            assertThat(server.query("SHOW work_mem")).isEqualTo("7MB");
            assertThat(server.logTail()).contains("ready to accept connections");
        }
        assertThat(base).doesNotExist();
    }
}
