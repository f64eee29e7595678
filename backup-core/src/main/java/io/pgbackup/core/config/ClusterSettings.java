package io.pgbackup.core.config;

import io.pgbackup.Cluster;
import io.pgbackup.PgConnection;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A cluster from text. For one call. */
final class ClusterSettings {
    static final String NAME = "name";
    static final String DATA_DIRECTORY = "data-directory";
    static final String URL = "url";
    static final String SOCKET = "socket-directory";
    static final String PORT = "port";
    static final String DATABASE = "database";
    static final String USER = "user";
    static final String PASSWORD = "password";
    static final String PROPERTY = "connection.";

    private static final int USUAL_PORT = 5432;
    private static final String USUAL_DATABASE = "postgres";

    static final List<Setting> KNOWN = List.of(
            new Setting(
                    NAME,
                    "1 to 63 of `A-Z a-z 0-9 _ . -`",
                    "needed",
                    "the directory of the cluster in every repository"),
            new Setting(
                    DATA_DIRECTORY, "a path", "no server here", "as this process sees it; with it goes a connection"),
            new Setting(URL, "`jdbc:postgresql:…`", "one of the two is needed", "how to connect, without a password"),
            new Setting(SOCKET, "a path", "one of the two is needed", "the server's Unix socket, instead of `url`"),
            new Setting(PORT, "1 to 65535", "" + USUAL_PORT, "part of the socket's name"),
            new Setting(DATABASE, "a name", "`" + USUAL_DATABASE + "`", "to connect to by the socket"),
            new Setting(USER, "a name", "the driver's", "the role"),
            new Setting(PASSWORD, "`file:/absolute/path` or `env:NAME`", "the driver's", "asked at each connect"),
            new Setting(
                    PROPERTY + Setting.ANY,
                    "text",
                    "the driver's",
                    "a property of the JDBC driver, for example `connection.sslmode`"));

    private final GivenSettings given;

    ClusterSettings(Map<String, String> settings, SecretResolver secrets) {
        this.given = new GivenSettings("the cluster", settings, secrets);
    }

    Cluster read() {
        given.requireKnown(KNOWN);
        given.required(NAME, "billing");
        Cluster.Named named = given.parsed(NAME, Cluster::named).orElseThrow();
        if (!given.has(DATA_DIRECTORY)) {
            requireNone(
                    "without " + DATA_DIRECTORY + " there is no server", URL, SOCKET, PORT, DATABASE, USER, PASSWORD);
            return named.withoutServer();
        }
        Path directory = given.parsed(DATA_DIRECTORY, Path::of).orElseThrow();
        return named.at(directory).connectedBy(connection()).build();
    }

    private PgConnection connection() {
        if (given.given(URL, SOCKET).size() != 1) {
            throw GivenSettings.wrong(
                    "the cluster: the server is reached by exactly one of " + URL + " and " + SOCKET + ", "
                            + (given.has(URL) ? "both are given" : "none is given"),
                    "Give one of them, for example " + URL + "=jdbc:postgresql://localhost/postgres.");
        }
        PgConnection connection = given.parsed(URL, this::byUrl).orElseGet(this::bySocket);
        connection = given.text(USER).map(connection::user).orElse(connection);
        connection = given.secret(PASSWORD).map(connection::password).orElse(connection);
        for (String name : given.below(PROPERTY).keySet()) {
            PgConnection before = connection;
            connection = given.parsed(PROPERTY + name, value -> before.property(name, value))
                    .orElse(before);
        }
        return connection;
    }

    private PgConnection byUrl(String url) {
        requireNone(PORT + " and " + DATABASE + " belong to " + SOCKET + ", the URL has its own", PORT, DATABASE);
        return PgConnection.url(url);
    }

    private PgConnection bySocket() {
        Path directory = given.parsed(SOCKET, Path::of).orElseThrow();
        return PgConnection.socket(
                directory,
                given.number(PORT, 1, 65_535).orElse(USUAL_PORT),
                given.text(DATABASE).orElse(USUAL_DATABASE));
    }

    private void requireNone(String why, String... keys) {
        List<String> unwanted = given.given(keys);
        if (!unwanted.isEmpty()) {
            throw GivenSettings.wrong(
                    "the cluster: " + why + "; given: " + String.join(", ", unwanted),
                    "Leave them out, or say the rest.");
        }
    }
}
