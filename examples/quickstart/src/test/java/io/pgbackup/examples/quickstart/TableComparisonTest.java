package io.pgbackup.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TableComparisonTest {
    private static final TableContents SOME = new TableContents(3, "c0ffee");

    @Test
    void sameContentsAreEqual() {
        assertThat(TableComparison.of(Map.of("t", SOME), Map.of("t", SOME)).equal())
                .isTrue();
    }

    @Test
    void anotherDigestIsADifference() {
        assertThat(TableComparison.of(Map.of("t", SOME), Map.of("t", new TableContents(3, "decaf")))
                        .equal())
                .isFalse();
    }

    @Test
    void aTableMissingOnEitherSideIsADifference() {
        assertThat(TableComparison.of(Map.of("t", SOME, "u", SOME), Map.of("t", SOME))
                        .equal())
                .isFalse();
        assertThat(TableComparison.of(Map.of("t", SOME), Map.of("t", SOME, "u", SOME))
                        .equal())
                .isFalse();
    }

    @Test
    void noTablesProveNothing() {
        assertThat(TableComparison.of(Map.of(), Map.of()).equal()).isFalse();
    }

    @Test
    void oneByteInOneRowIsSeenAndTheOrderOfRowsIsNot() {
        PostgresAvailability.require(PostgresVersion.V17);
        try (PostgresServer server = PostgresServer.of(PostgresVersion.V17).start()) {
            server.execute(
                    "CREATE TABLE \"Odd name\" (n int, v text)",
                    "INSERT INTO \"Odd name\" SELECT i, i::text FROM generate_series(1, 100) i");
            Map<String, TableContents> before = TableContents.allOf(server);
            assertThat(before).containsOnlyKeys("postgres.public.\"Odd name\"");

            server.execute("WITH moved AS (DELETE FROM \"Odd name\" WHERE n < 50 RETURNING *)"
                    + " INSERT INTO \"Odd name\" SELECT * FROM moved");
            assertThat(TableContents.allOf(server)).isEqualTo(before);

            server.execute("UPDATE \"Odd name\" SET v = '9' WHERE n = 8");
            assertThat(TableContents.allOf(server)).isNotEqualTo(before);
        }
    }
}
