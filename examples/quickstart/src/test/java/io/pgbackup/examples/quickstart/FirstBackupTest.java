package io.pgbackup.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstBackupTest {
    @TempDir
    private Path directory;

    /** The role of README.md with the grants of README.md runs the program of README.md, twice. */
    @Test
    void runsAgainAndAgain() throws IOException {
        PostgresAvailability.require(PostgresVersion.V17);
        Files.writeString(directory.resolve("passphrase"), UUID.randomUUID().toString());
        try (PostgresServer source = PostgresServer.of(PostgresVersion.V17).start()) {
            source.execute(Readme.of("README.md").blockBelow("PostgreSQL 15 and newer", "sql"));
            source.execute("CREATE TABLE t AS SELECT generate_series(1, 10000) AS n");
            runInto(source, "first");
            source.execute("DELETE FROM t WHERE n % 2 = 0");
            runInto(source, "second");

            assertThat(rowsIn("first")).isEqualTo("10000");
            assertThat(rowsIn("second")).isEqualTo("5000");
        }
    }

    private void runInto(PostgresServer source, String target) {
        FirstBackup.main(new String[] {
            source.dataDirectory().toString(),
            source.jdbcUrl("postgres"),
            "file://" + directory.resolve("repository"),
            directory.resolve("passphrase").toString(),
            directory.resolve(target).toString()
        });
    }

    private String rowsIn(String target) {
        try (PostgresServer restored = PostgresServer.startOn(PostgresVersion.V17, directory.resolve(target))) {
            return String.valueOf(restored.query("SELECT count(*) FROM t"));
        }
    }
}
