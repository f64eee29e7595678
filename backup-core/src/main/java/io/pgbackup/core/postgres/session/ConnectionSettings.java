package io.pgbackup.core.postgres.session;

import io.pgbackup.SecretSource;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a server. Holds the source of the password, never the password; prints without either. Immutable.
 *
 * @param url a {@code jdbc:postgresql:} URL without password
 * @param login as whom
 * @param properties of the driver, for example {@code sslmode}; what the session needs for itself is set over them
 * @param unixSocket the server's socket file, for example {@code /run/postgresql/.s.PGSQL.5432}; null for TCP
 */
public record ConnectionSettings(
        String url,
        Login login,
        Map<String, String> properties,
        @Nullable Path unixSocket) {
    /**
     * Who connects.
     *
     * @param user the database role
     * @param password asked at each connect; null if the server asks for none
     */
    public record Login(String user, @Nullable SecretSource password) {}

    /**
     * Copies the properties.
     *
     * @throws ConfigurationException {@code INVALID_REQUEST} if the URL is none of PostgreSQL's or a password stands in the URL or the
     *     properties
     */
    public ConnectionSettings {
        properties = Map.copyOf(properties);
        if (!url.startsWith("jdbc:postgresql:")) {
            throw refused("the URL does not begin with jdbc:postgresql:");
        }
        String lower = url.toLowerCase(Locale.ROOT);
        if (lower.contains("?user=") || lower.contains("&user=")) {
            throw refused("the URL names another user");
        }
        if (lower.contains("password=")
                || properties.keySet().stream().anyMatch(key -> key.equalsIgnoreCase("password"))) {
            throw refused("a password stands in the URL or the properties, from where it gets into logs");
        }
    }

    /**
     * A server reached by TCP.
     *
     * @param url a {@code jdbc:postgresql:} URL without password
     * @param user the database role
     * @return without password and properties
     */
    public static ConnectionSettings of(String url, String user) {
        return new ConnectionSettings(url, new Login(user, null), Map.of(), null);
    }

    /**
     * With a password.
     *
     * @param source asked at each connect
     * @return a copy
     */
    public ConnectionSettings password(SecretSource source) {
        return new ConnectionSettings(url, new Login(login.user(), source), properties, unixSocket);
    }

    /**
     * With one more property of the driver.
     *
     * @param key its name
     * @param value its value
     * @return a copy
     */
    public ConnectionSettings property(String key, String value) {
        Map<String, String> more = new HashMap<>(properties);
        more.put(key, value);
        return new ConnectionSettings(url, login, more, unixSocket);
    }

    /**
     * Through a Unix socket; host and port of the URL no longer matter.
     *
     * @param file the server's socket file
     * @return a copy
     */
    public ConnectionSettings unixSocket(Path file) {
        return new ConnectionSettings(url, login, properties, file);
    }

    private static ConfigurationException refused(String why) {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                "cannot use the connection settings: " + why,
                "Use a URL such as jdbc:postgresql://host:5432/postgres and give the password as a secret source.");
    }

    /** For messages: where and as whom, without parameters. */
    @Override
    public String toString() {
        int parameters = url.indexOf('?');
        String place = unixSocket == null ? parameters < 0 ? url : url.substring(0, parameters) : unixSocket.toString();
        return login.user() + " at " + place;
    }
}
