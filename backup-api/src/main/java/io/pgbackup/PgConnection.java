package io.pgbackup;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How to connect to a server by the PostgreSQL JDBC driver, through TCP or a Unix socket. Immutable; the password is a source that is
 * asked at each connect, so a token that renews itself serves as well.
 */
public final class PgConnection {
    private static final String JDBC = "jdbc:postgresql:";

    private final String url;
    private final Optional<Path> socket;
    private final Optional<String> user;
    private final Optional<SecretSource> password;
    private final Map<String, String> properties;

    private PgConnection(
            String url,
            Optional<Path> socket,
            Optional<String> user,
            Optional<SecretSource> password,
            Map<String, String> properties) {
        this.url = url;
        this.socket = socket;
        this.user = user;
        this.password = password;
        this.properties = properties;
    }

    /**
     * By a JDBC URL, which must not hold a password.
     *
     * @param url begins with {@code jdbc:postgresql:}
     * @return the connection
     * @throws IllegalArgumentException if the URL is of another driver or holds a password
     */
    public static PgConnection url(String url) {
        if (!url.startsWith(JDBC)) {
            throw new IllegalArgumentException("a PostgreSQL URL begins with " + JDBC);
        }
        if (url.toLowerCase(Locale.ROOT).contains("password=")) {
            throw new IllegalArgumentException("the URL holds a password: give it as a SecretSource");
        }
        return new PgConnection(url, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    /**
     * By the server's Unix socket.
     *
     * @param directory the server's {@code unix_socket_directories}
     * @param port the server's port, 1 to 65535: part of the socket's name
     * @param database to connect to, for example {@code postgres}
     * @return the connection
     */
    public static PgConnection socket(Path directory, int port, String database) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not within 1 to 65535");
        }
        Path socket = directory.resolve(".s.PGSQL." + port);
        return new PgConnection(
                JDBC + "//localhost:" + port + "/" + Objects.requireNonNull(database, "database"),
                Optional.of(socket),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    /**
     * With a role.
     *
     * @param role name of the role
     * @return a new value
     */
    public PgConnection user(String role) {
        return new PgConnection(url, socket, Optional.of(role), password, properties);
    }

    /**
     * With a password or token.
     *
     * @param source asked at each connect
     * @return a new value
     */
    public PgConnection password(SecretSource source) {
        return new PgConnection(url, socket, user, Optional.of(source), properties);
    }

    /**
     * With a property of the driver, for example {@code sslmode}.
     *
     * @param name of the property; not {@code user} or {@code password}
     * @param value of the property
     * @return a new value
     */
    public PgConnection property(String name, String value) {
        if (name.equals("user") || name.toLowerCase(Locale.ROOT).contains("password")) {
            throw new IllegalArgumentException("'" + name + "' is not set as a property");
        }
        Map<String, String> changed = new LinkedHashMap<>(properties);
        if (changed.put(name, value) != null) {
            throw new IllegalArgumentException("the property '" + name + "' is set twice");
        }
        return new PgConnection(url, socket, user, password, Map.copyOf(changed));
    }

    /**
     * The JDBC URL.
     *
     * @return without a password
     */
    public String url() {
        return url;
    }

    /**
     * The Unix socket.
     *
     * @return empty for TCP
     */
    public Optional<Path> socket() {
        return socket;
    }

    /**
     * The role.
     *
     * @return empty to leave it to the driver
     */
    public Optional<String> user() {
        return user;
    }

    /**
     * The source of the password.
     *
     * @return empty to leave it to the driver
     */
    public Optional<SecretSource> password() {
        return password;
    }

    /**
     * Properties of the driver.
     *
     * @return an immutable map
     */
    public Map<String, String> properties() {
        return properties;
    }

    @Override
    public String toString() {
        return "PgConnection[" + socket.map(Path::toString).orElse(url)
                + user.map(role -> " as " + role).orElse("") + "]";
    }
}
