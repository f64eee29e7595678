package io.pgbackup.core.engine.restore.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.error.ConfigurationException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DatabaseSelectionTest {
    private static final Map<String, String> NAMES = Map.of("16384", "books", "16385", "16386", "5", "postgres");

    private static boolean excludes(String path, String... wanted) {
        return DatabaseSelection.of(Set.of(wanted), NAMES).excludes(ClusterPath.of(path));
    }

    @Test
    void whatWasNotChosenIsLeftOut() {
        assertThat(excludes("base/16385/2619", "books")).isTrue();
        assertThat(excludes("pg_tblspc/16400/PG_17_202406281/16385/2619", "books"))
                .isTrue();
        assertThat(excludes("base/16384/2619", "books")).isFalse();
        assertThat(excludes("pg_tblspc/16400/PG_17_202406281/16384/2619", "books"))
                .isFalse();
        assertThat(excludes("base/99999/2619", "books"))
                .as("made after the names were asked for")
                .isTrue();
    }

    @Test
    void whatBelongsToAllIsNeverLeftOut() {
        for (String path :
                new String[] {"base/1/2619", "base/5/2619", "global/1262", "pg_xact/0000", "PG_VERSION", "base"}) {
            assertThat(excludes(path, "books")).as(path).isFalse();
        }
        assertThat(excludes("base/16385/2619"))
                .as("nothing chosen is everything")
                .isFalse();
    }

    @Test
    void aNameIsANameFirst() {
        assertThat(excludes("base/16385/2619", "16386"))
                .as("the database called 16386")
                .isFalse();
        assertThat(excludes("base/16384/2619", "16384")).as("an OID").isFalse();
        assertThatThrownBy(() -> excludes("base/1/1", "16500")).isInstanceOf(ConfigurationException.class);
        assertThat(DatabaseSelection.of(Set.of("16500"), Map.of()).excludes(ClusterPath.of("base/16500/1")))
                .as("a set without names knows OIDs only")
                .isFalse();
    }
}
