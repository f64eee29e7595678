package io.pgbackup.core.postgres.session;

import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * Opens connections that nobody else shares and that no timeout of the server, the role or the database ends. The driver wants the password
 * as a string, which cannot be wiped: it is made for one connect and dropped.
 */
final class SessionConnector {
    private static final String APPLICATION = "pgbackup";
    private static final String CONNECT_SECONDS = "30";

    private SessionConnector() {}

    /** A connection and the version of its server. */
    record Connected(Connection connection, ServerVersion version) {}

    static Connected connect(ConnectionSettings settings) {
        Connection connection = open(settings);
        try {
            return new Connected(connection, prepare(connection));
        } catch (SQLException e) {
            throw closed(connection, SqlFailure.asking("prepare the session of " + settings, e));
        } catch (RuntimeException e) {
            throw closed(connection, e);
        }
    }

    static RuntimeException closed(Connection connection, RuntimeException failure) {
        try {
            connection.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private static Connection open(ConnectionSettings settings) {
        return open(settings, properties(settings));
    }

    /** Asks for the password and logs in; the properties are the caller's, but for the password, which is taken out again. */
    static Connection open(ConnectionSettings settings, Properties properties) {
        SecretSource password = settings.login().password();
        if (password != null) {
            properties.setProperty("password", obtained(password, settings));
        }
        try {
            Connection connection = new org.postgresql.Driver().connect(settings.url(), properties);
            if (connection == null) {
                throw new ClusterException(
                        ErrorCode.CONNECTION_FAILED,
                        "cannot connect as " + settings + ": the driver does not understand the URL",
                        "Use a URL such as jdbc:postgresql://host:5432/postgres.");
            }
            return connection;
        } catch (SQLException e) {
            throw SqlFailure.connecting(settings, e);
        } finally {
            properties.remove("password");
        }
    }

    private static String obtained(SecretSource password, ConnectionSettings settings) {
        try (Secret secret = password.obtain()) {
            return secret.use(bytes -> new String(bytes, StandardCharsets.UTF_8));
        } catch (RuntimeException e) {
            throw new ClusterException(
                    ErrorCode.CONNECTION_FAILED,
                    "cannot connect as " + settings + ": the password cannot be had: " + e.getMessage(),
                    "Check the source of the password; it is asked at every connect.",
                    e);
        }
    }

    static Properties properties(ConnectionSettings settings) {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", APPLICATION);
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        properties.setProperty("loginTimeout", CONNECT_SECONDS);
        properties.putAll(settings.properties());
        properties.setProperty("user", settings.login().user());
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("socketTimeout", "0");
        Path socket = settings.unixSocket();
        if (socket != null) {
            properties.setProperty("socketFactory", UnixSocketFactory.class.getName());
            properties.setProperty("socketFactoryArg", socket.toString());
            properties.setProperty("sslmode", "disable");
            properties.setProperty("gssEncMode", "disable");
        }
        return properties;
    }

    private static ServerVersion prepare(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        // A parameter of the URL may have set one.
        connection.setNetworkTimeout(Runnable::run, 0);
        set(connection, "search_path", "pg_catalog");
        set(connection, "standard_conforming_strings", "on");
        ServerVersion version = version(connection);
        version.requireSupported();
        for (String timeout : version.timeouts()) {
            set(connection, timeout, "0");
        }
        return version;
    }

    private static ServerVersion version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT pg_catalog.current_setting('server_version_num')")) {
            result.next();
            return new ServerVersion(result.getInt(1));
        }
    }

    private static void set(Connection connection, String name, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_catalog.set_config(?, ?, false)")) {
            statement.setString(1, name);
            statement.setString(2, value);
            statement.execute();
        }
    }
}
