package io.pgbackup.core.postgres.session;

import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.sql.SQLException;
import java.util.Optional;

/** Why a server lets a role log in but not receive its log, and what to do about it. */
final class ReplicationRefusal {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String INVALID_AUTHORIZATION = "28000";
    private static final String TOO_MANY = "53300";

    private ReplicationRefusal() {}

    static Optional<ClusterException> explain(ConnectionSettings settings, SQLException cause) {
        String state = SqlFailure.state(cause);
        String message = "cannot receive the log as " + settings + ": " + cause.getMessage();
        String role = quoted(settings.login().user());
        // Until 15 the missing attribute was an authorization failure of its own words.
        boolean attribute = state.equals(INSUFFICIENT_PRIVILEGE)
                || state.equals(INVALID_AUTHORIZATION)
                        && String.valueOf(cause.getMessage()).contains("walsender");
        if (attribute) {
            return Optional.of(new ClusterException(
                    ErrorCode.MISSING_PRIVILEGE,
                    message,
                    "The role lacks the attribute REPLICATION. A superuser grants it with: ALTER ROLE " + role
                            + " REPLICATION",
                    cause));
        }
        if (state.equals(INVALID_AUTHORIZATION)) {
            return Optional.of(new ClusterException(
                    ErrorCode.CONNECTION_FAILED,
                    message,
                    "pg_hba.conf needs a line of its own for replication, for example: hostssl replication " + role
                            + " <address of this host>/32 scram-sha-256. The server reads it after pg_reload_conf().",
                    cause));
        }
        if (state.equals(TOO_MANY)) {
            return Optional.of(new ClusterException(
                    ErrorCode.CONNECTION_FAILED,
                    message,
                    "All senders of the log are in use: end one or raise max_wal_senders; wal_level must be replica or logical.",
                    cause));
        }
        return Optional.empty();
    }

    /** As in SQL and pg_hba.conf. */
    private static String quoted(String role) {
        return '"' + role.replace("\"", "\"\"") + '"';
    }
}
