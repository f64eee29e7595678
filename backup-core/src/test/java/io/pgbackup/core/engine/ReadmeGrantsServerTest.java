package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The SQL that README.md tells to run makes a role that may back up, and lacks nothing that {@code check} asks for. */
class ReadmeGrantsServerTest {
    @TempDir
    private Path work;

    @ParameterizedTest
    @EnumSource
    void roleWithTheGrantsOfReadmeBacksUp(PostgresVersion version) throws IOException {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version).start()) {
            server.execute(grants(version.major() < 15 ? "PostgreSQL 13 and 14" : "PostgreSQL 15 and newer"));
            Repository repository = Repository.at("file://" + work.resolve("repository"))
                    .unencrypted()
                    .build();
            Cluster cluster = Cluster.named("main")
                    .at(server.dataDirectory())
                    .connectedBy(PgConnection.url(server.jdbcUrl("postgres")).user("backup"))
                    .build();
            try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
                pg.initialize(repository);

                assertThat(pg.check().requireOk().items())
                        .filteredOn(item -> item.subject().equals("privileges"))
                        .extracting(Item::remedy)
                        .containsExactly("");
                assertThat(pg.backup(BackupRequest.full().to(repository)).warnings())
                        .isEmpty();
                assertThat(server.query("SELECT rolsuper FROM pg_roles WHERE rolname = 'backup'"))
                        .isEqualTo("f");
            }
        }
    }

    private static String grants(String heading) throws IOException {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("README.md")) || !Files.exists(directory.resolve("LICENSE"))) {
            directory = directory.resolve("..").normalize();
        }
        Matcher block = Pattern.compile(
                        "^#+ " + Pattern.quote(heading) + "$.*?^```sql\\n(.*?)^```$",
                        Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(directory.resolve("README.md")));
        assertThat(block.find())
                .as("SQL below the heading '%s' of README.md", heading)
                .isTrue();
        return block.group(1);
    }
}
