package io.pgbackup.core.postgres.stream;

import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What can go wrong with a stream, in words for people, and what is worth another try. */
final class StreamFailures {
    private static final String UNDEFINED_FILE = "58P01";
    private static final String UNDEFINED_OBJECT = "42704";
    private static final String OBJECT_IN_USE = "55006";
    private static final String NOT_IN_PREREQUISITE_STATE = "55000";
    private static final String CONFIGURATION_LIMIT = "53400";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private StreamFailures() {}

    static ClusterException broken(IOException cause) {
        return new ClusterException(
                ErrorCode.SESSION_LOST,
                "the stream of the log broke off: " + cause,
                "The receiver connects again by itself. If this repeats, look into the server's log and at the network in between.",
                cause);
    }

    static PgBackupException refused(ServerRefusal cause, String slot) {
        String message = "the server refuses its log for slot " + slot + ": " + cause.getMessage();
        return switch (cause.state()) {
            case UNDEFINED_FILE ->
                new ClusterException(
                        ErrorCode.WAL_GONE,
                        message,
                        "The WAL that comes next is gone from the server: no recovery leads over the gap. If it is not in another repository either, let the"
                                + " receiver go on over gaps, and take a backup at once.",
                        cause);
            case UNDEFINED_OBJECT -> slotLost(message, cause);
            case NOT_IN_PREREQUISITE_STATE -> slotLost(message, cause);
            case OBJECT_IN_USE ->
                new ClusterException(
                        ErrorCode.CONNECTION_FAILED,
                        message,
                        "Another receiver uses the slot, or the server has not noticed yet that a former connection is gone. Each receiver needs a slot of its own.",
                        cause);
            case CONFIGURATION_LIMIT ->
                new ClusterException(
                        ErrorCode.SERVER_CONFIGURATION,
                        message,
                        "All replication slots are in use: drop an unused one or raise max_replication_slots.",
                        cause);
            case INSUFFICIENT_PRIVILEGE ->
                new ClusterException(
                        ErrorCode.MISSING_PRIVILEGE, message, "Grant the role the attribute REPLICATION.", cause);
            default ->
                new ClusterException(
                        ErrorCode.SESSION_LOST,
                        message,
                        "The receiver tries again by itself. If this repeats, look into the server's log.",
                        cause);
        };
    }

    static ClusterException slotLost(String message, Exception cause) {
        return new ClusterException(ErrorCode.SLOT_LOST, message, slotHint(), cause);
    }

    static ClusterException slotLost(String message) {
        return new ClusterException(ErrorCode.SLOT_LOST, message, slotHint());
    }

    private static String slotHint() {
        return "The server no longer keeps WAL for the receiver. Find out who dropped it, or whether max_slot_wal_keep_size is too small; drop an invalidated slot with"
                + " pg_drop_replication_slot, and start the receiver again: it makes the slot anew, and says so if WAL is missing.";
    }

    static ClusterException directory(Exception cause) {
        return new ClusterException(
                ErrorCode.TARGET_UNWRITABLE,
                "cannot keep received WAL in the receiver's directory: " + cause,
                "Look at its space and owner, and whether anybody else uses it.",
                cause);
    }

    /** Whether the server was reached and does not want this role, or we do not trust the server: nothing changes that by itself. */
    static boolean isRefusedLogin(PgBackupException failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof CertificateException || at instanceof SQLException sql && refuses(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private static boolean refuses(@Nullable String state) {
        return state != null && (state.startsWith("28") || state.equals("3D000"));
    }
}
