package io.pgbackup.sftp;

import com.jcraft.jsch.JSchAlgoNegoFailException;
import com.jcraft.jsch.JSchChangedHostKeyException;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.JSchHostKeyException;
import com.jcraft.jsch.JSchRevokedHostKeyException;
import com.jcraft.jsch.JSchUnknownHostKeyException;
import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.util.Locale;

/** Classifies what went wrong while a connection was made, and says at which step: name, port, algorithms, host key, login, file service. */
final class ConnectionErrors {
    private ConnectionErrors() {}

    /** Begins the message with what could not be done and where. */
    static StorageException classify(String attempted, JSchException failure, HostKeyCheck hostKeys) {
        if (failure instanceof JSchAlgoNegoFailException negotiation) {
            String message = attempted + ": " + Algorithms.explain(negotiation);
            return new StorageFaultException(message, new StepFailure(FailedStep.ENCRYPTION, message, failure));
        }
        if (failure instanceof JSchHostKeyException) {
            return StorageDeniedException.at(
                    FailedStep.HOST_KEY, attempted + ": " + explainHostKey(failure, hostKeys), failure);
        }
        if (isLogin(failure)) {
            return StorageDeniedException.at(
                    FailedStep.CREDENTIALS,
                    attempted + ": the login was refused (" + failure.getMessage() + ")",
                    failure);
        }
        if (FailedStep.of(failure).isEmpty() && hostKeys.nothingShown()) {
            String message =
                    attempted + ": the connection was accepted, and no SSH server showed itself: " + reason(failure);
            return new StorageUnavailableException(message, new StepFailure(FailedStep.ENCRYPTION, message, failure));
        }
        return new StorageUnavailableException(attempted + ": " + reason(failure), failure);
    }

    private static boolean isLogin(JSchException failure) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        return message.startsWith("auth fail")
                || message.startsWith("auth cancel")
                || message.contains("too many authentication failures");
    }

    private static String explainHostKey(JSchException failure, HostKeyCheck hostKeys) {
        String shown = "the server showed " + hostKeys.shown();
        String where = hostKeys.getKnownHostsRepositoryID();
        if (failure instanceof JSchUnknownHostKeyException) {
            return shown + ", which is not in " + where + "; once it is confirmed add it there or pin its fingerprint";
        }
        if (failure instanceof JSchRevokedHostKeyException) {
            return shown + ", which is marked as revoked in " + where;
        }
        if (failure instanceof JSchChangedHostKeyException) {
            return shown + ", which is NOT the key expected by " + where + hostKeys.expected()
                    + ": either the server got a new key or somebody pretends to be it";
        }
        return shown + ", which was not accepted: " + failure.getMessage();
    }

    private static String reason(JSchException failure) {
        Throwable cause = failure.getCause();
        return cause != null && cause.getMessage() != null ? cause.getMessage() : String.valueOf(failure.getMessage());
    }
}
