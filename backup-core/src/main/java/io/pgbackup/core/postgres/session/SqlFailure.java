package io.pgbackup.core.postgres.session;

import static io.pgbackup.error.ErrorCode.CONNECTION_FAILED;
import static io.pgbackup.error.ErrorCode.MISSING_PRIVILEGE;
import static io.pgbackup.error.ErrorCode.SERVER_CONFIGURATION;
import static io.pgbackup.error.ErrorCode.SESSION_LOST;

import io.pgbackup.error.ClusterException;
import java.net.ConnectException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What the states of SQL mean to a person. */
final class SqlFailure {
    private static final String SESSION_HINT =
            "Nothing was stored as a backup; start it again. If this repeats: look into the server's log for who ended the session, and never"
                    + " connect through a pool.";

    private SqlFailure() {}

    static ClusterException connecting(ConnectionSettings settings, SQLException cause) {
        return new ClusterException(
                CONNECTION_FAILED,
                "cannot connect as " + settings + ": " + reason(cause),
                connectHint(settings, cause),
                cause);
    }

    private static String connectHint(ConnectionSettings settings, SQLException cause) {
        String state = state(cause);
        return switch (state) {
            case "28P01", "28000" ->
                "The server refused the role. Check the password source, pg_hba.conf and that the role may log in.";
            case "08004" ->
                settings.login().password() == null
                        ? "The server wants a password and none was given."
                        : "The server refused the connection; check its pg_hba.conf and log.";
            case "3D000" -> "There is no such database; 'postgres' usually exists.";
            case "53300" ->
                "The server has no connection free; raise max_connections or superuser_reserved_connections.";
            case "57P03" -> "The server is starting, stopping or in recovery without hot_standby; try again later.";
            default ->
                hasCause(cause, ConnectException.class)
                        ? "Nobody listens there. Check host, port or socket file, and that the server runs."
                        : "Check host, port, TLS settings and the server's log.";
        };
    }

    static ClusterException asking(String attempted, SQLException cause) {
        String message = "cannot " + attempted + ": " + reason(cause);
        String state = state(cause);
        if (endsSession(state)) {
            return new ClusterException(SESSION_LOST, message, SESSION_HINT, cause);
        }
        return switch (state) {
            case "42501" ->
                new ClusterException(
                        MISSING_PRIVILEGE,
                        message,
                        "Grant the role what check() lists as missing, or connect as another one.",
                        cause);
            case "53400" ->
                new ClusterException(
                        SERVER_CONFIGURATION,
                        message,
                        "All replication slots are in use: drop an unused one or raise max_replication_slots.",
                        cause);
            case "55000" ->
                new ClusterException(
                        SERVER_CONFIGURATION,
                        message,
                        message.contains("full_page_writes")
                                ? "Set full_page_writes = on on the primary, wait until a checkpoint has reached this standby, and repeat."
                                : "The server's settings do not allow it: see its message and its documentation.",
                        cause);
            default -> new ClusterException(SERVER_CONFIGURATION, message, "See the server's log.", cause);
        };
    }

    static ClusterException sessionLost(String what, @Nullable Throwable cause) {
        return new ClusterException(
                SESSION_LOST, "the session that keeps the backup alive was lost: " + what, SESSION_HINT, cause);
    }

    /** Connection failures, and the server ending the session: shutdown, crash, idle timeouts. */
    static boolean endsSession(String state) {
        return state.startsWith("08") || state.startsWith("57P") || state.equals("25P03") || state.equals("25P04");
    }

    static String state(SQLException failure) {
        String state = failure.getSQLState();
        return state == null ? "" : state;
    }

    private static String reason(SQLException failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest == failure ? String.valueOf(failure.getMessage()) : failure.getMessage() + " (" + deepest + ")";
    }

    private static boolean hasCause(@Nullable Throwable failure, Class<? extends Throwable> type) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return true;
            }
        }
        return false;
    }
}
