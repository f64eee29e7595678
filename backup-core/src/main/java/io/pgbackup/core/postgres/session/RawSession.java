package io.pgbackup.core.postgres.session;

import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/**
 * A session for the replication protocol. The driver connects and logs in, with all it knows of TLS, passwords and sockets; from then on nobody but the
 * owner speaks over the socket. One thread may read while another writes, and any may close.
 */
public final class RawSession implements AutoCloseable {
    private final Connection connection;
    private final Socket socket;

    private RawSession(Connection connection, Socket socket) {
        this.connection = connection;
        this.socket = socket;
    }

    /**
     * Connects for physical replication.
     *
     * @param settings where and as whom
     * @param applicationName by which {@code synchronous_standby_names} and {@code pg_stat_replication} know the session
     * @return the session after login, nothing said yet
     * @throws ClusterException {@code CONNECTION_FAILED} with what to check, {@code MISSING_PRIVILEGE} with the SQL that grants it
     * @throws ConfigurationException {@code INVALID_REQUEST} if the settings leave no socket to speak over
     */
    public static RawSession connect(ConnectionSettings settings, String applicationName) {
        Properties properties = SessionConnector.properties(settings);
        if ("require".equals(properties.getProperty("gssEncMode"))) {
            throw refused(settings, "gssEncMode=require is not supported here", "Use TLS: sslmode=verify-full.");
        }
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("replication", "true");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "13");
        properties.setProperty("ApplicationName", applicationName);
        replace(properties, "socketFactory", NotingSocketFactory.class, NotingSocketFactory.FORMER);
        replace(properties, "sslfactory", NotingTlsFactory.class, NotingTlsFactory.FORMER);
        try (SocketTicket ticket = SocketTicket.into(properties)) {
            return over(settings, open(settings, properties), ticket);
        }
    }

    private static void replace(Properties properties, String key, Class<?> by, String former) {
        String present = properties.getProperty(key);
        if (present != null) {
            properties.setProperty(former, present);
        }
        properties.setProperty(key, by.getName());
    }

    private static Connection open(ConnectionSettings settings, Properties properties) {
        try {
            return SessionConnector.open(settings, properties);
        } catch (ClusterException e) {
            if (e.getCause() instanceof SQLException cause) {
                throw ReplicationRefusal.explain(settings, cause).orElse(e);
            }
            throw e;
        }
    }

    private static RawSession over(ConnectionSettings settings, Connection connection, SocketTicket ticket) {
        Socket socket = ticket.socket()
                .orElseThrow(() -> SessionConnector.closed(
                        connection,
                        refused(
                                settings,
                                "the URL names a socketFactory or sslfactory",
                                "Give both as properties of the connection instead.")));
        try {
            // A parameter of the URL may have set one; silence is judged by who speaks.
            socket.setSoTimeout(0);
            return new RawSession(connection, socket);
        } catch (SocketException e) {
            throw SessionConnector.closed(
                    connection, SqlFailure.connecting(settings, new SQLException(e.getMessage(), "08006", e)));
        }
    }

    private static ConfigurationException refused(ConnectionSettings settings, String why, String hint) {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST, "cannot stream the log as " + settings + ": " + why, hint);
    }

    /**
     * What the server says.
     *
     * @return blocks without timeout; ends when the session is closed
     * @throws IOException if the session is gone
     */
    public InputStream input() throws IOException {
        return socket.getInputStream();
    }

    /**
     * What the server is told.
     *
     * @return not buffered
     * @throws IOException if the session is gone
     */
    public OutputStream output() throws IOException {
        return socket.getOutputStream();
    }

    /** Ends the session at once, whoever reads or writes. Idempotent; never fails. */
    @Override
    public void close() {
        try {
            connection.abort(Runnable::run);
            socket.close();
        } catch (IOException | SQLException e) {
            // It is gone either way.
            return;
        }
    }
}
