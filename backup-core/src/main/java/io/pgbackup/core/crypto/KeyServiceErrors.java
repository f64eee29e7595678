package io.pgbackup.core.crypto;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.KeyServiceException;
import java.util.Set;

/** Turns failures of key management services into the exceptions that users see. None of them ever becomes {@link ErrorCode#WRONG_KEY}. */
public final class KeyServiceErrors {
    private static final Set<ErrorCode> CODES = Set.of(
            ErrorCode.KEY_SERVICE_DENIED,
            ErrorCode.KEY_SERVICE_UNAVAILABLE,
            ErrorCode.KEY_SERVICE_FAULT,
            ErrorCode.KEY_UNUSABLE);

    private KeyServiceErrors() {}

    /**
     * Whether a failure is one of a key management service.
     *
     * @param failure any
     * @return false if it is about what is stored
     */
    public static boolean isOne(RepositoryException failure) {
        return CODES.contains(failure.code());
    }

    static RepositoryException translate(KeyServiceException failure, SlotCredential.Service credential, String slot) {
        String message = "repository " + credential.repository() + ", " + slot + ", "
                + credential.wrapper().service() + " key "
                + credential.wrapper().key() + ": " + failure.getMessage();
        return switch (failure.reason()) {
            case DENIED ->
                new RepositoryException(
                        ErrorCode.KEY_SERVICE_DENIED,
                        message,
                        "Check the credentials, and whether they may use this key to wrap (encrypt) and unwrap (decrypt).",
                        failure);
            case UNAVAILABLE ->
                new RepositoryException(
                        ErrorCode.KEY_SERVICE_UNAVAILABLE,
                        message,
                        "Check the network and the state of the service, then repeat the operation; the repository itself"
                                + " is not affected. A second key slot, by a passphrase kept elsewhere, opens it meanwhile.",
                        failure);
            case KEY_UNUSABLE ->
                new RepositoryException(
                        ErrorCode.KEY_UNUSABLE,
                        message,
                        "Enable or recover the key, or the version of it that is named, in the service; or open the"
                                + " repository with the key of another slot.",
                        failure);
            case FAULT ->
                new RepositoryException(
                        ErrorCode.KEY_SERVICE_FAULT,
                        message,
                        "Check the settings of the key: its name, its type and what it may be used for.",
                        failure);
        };
    }
}
