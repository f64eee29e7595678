package io.pgbackup.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Cluster;
import io.pgbackup.PgConnection;
import io.pgbackup.error.ConfigurationException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterSettingsTest {
    @Test
    void aNameIsEnoughToRestore() {
        Cluster cluster = Cluster.from(Map.of("name", "billing"));

        assertThat(cluster.name()).isEqualTo("billing");
        assertThat(cluster.server()).isEmpty();
    }

    @Test
    void aServerIsReachedByUrl() {
        Cluster cluster = Cluster.from(Map.of(
                "name", "billing",
                "data-directory", "/srv/pg",
                "url", "jdbc:postgresql://db/postgres",
                "user", "backup",
                "password", "env:PG_PASSWORD",
                "connection.sslmode", "verify-full"));

        Cluster.Server server = cluster.server().orElseThrow();
        PgConnection connection = server.connection();
        assertThat(server.dataDirectory()).isEqualTo(Path.of("/srv/pg"));
        assertThat(connection.url()).isEqualTo("jdbc:postgresql://db/postgres");
        assertThat(connection.user()).contains("backup");
        assertThat(connection.password().map(Object::toString)).contains("SecretSource[environment PG_PASSWORD]");
        assertThat(connection.properties()).isEqualTo(Map.of("sslmode", "verify-full"));
    }

    @Test
    void aServerIsReachedByItsSocket() {
        Cluster cluster = Cluster.from(Map.of(
                "name", "billing", "data-directory", "/srv/pg", "socket-directory", "/run/postgresql", "port", "5435"));

        PgConnection connection = cluster.server().orElseThrow().connection();
        assertThat(connection.socket()).contains(Path.of("/run/postgresql/.s.PGSQL.5435"));
        assertThat(connection.url()).endsWith(":5435/postgres");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prot | 5432 | 'prot' is not a setting | port",
                "name | keys | name: 'keys' cannot be | name",
                "url | jdbc:postgresql://db/x?password=guess | the URL holds a password | url",
                "url | jdbc:mysql://db/x | begins with jdbc:postgresql: | url",
                "socket-directory | /run | both are given | url",
                "password | guess | file:/absolute/path or env:NAME | password",
                "connection.password | guess | is not set as a property | connection.password",
                "port | 5432 | belong to socket-directory | Leave"
            })
    void whatIsWrongIsSaid(String key, String value, String message, String hint) {
        Map<String, String> settings = new HashMap<>(
                Map.of("name", "billing", "data-directory", "/srv/pg", "url", "jdbc:postgresql://db/postgres"));
        settings.put(key, value);

        ConfigurationException failure = refused(settings);

        assertThat(failure).hasMessageContaining(message).hasMessageNotContaining("guess");
        assertThat(failure.hint()).contains(hint);
    }

    @Test
    void aPortIsANumber() {
        assertThat(refused(Map.of(
                        "name", "billing", "data-directory", "/srv/pg", "socket-directory", "/run", "port", "70000")))
                .hasMessageContaining("port is '70000'")
                .satisfies(failure -> assertThat(failure.hint()).contains("1 to 65535"));
    }

    @Test
    void aServerIsDescribedWhollyOrNotAtAll() {
        assertThat(refused(Map.of("name", "billing", "url", "jdbc:postgresql://db/postgres")))
                .hasMessageContaining("without data-directory");
        assertThat(refused(Map.of("name", "billing", "data-directory", "/srv/pg")))
                .hasMessageContaining("none is given");
    }

    private static ConfigurationException refused(Map<String, String> settings) {
        return catchThrowableOfType(ConfigurationException.class, () -> Cluster.from(settings));
    }
}
