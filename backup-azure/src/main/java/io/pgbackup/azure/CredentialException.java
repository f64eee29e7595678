package io.pgbackup.azure;

/** What a request needs to be authenticated could not be had. The message names the source, never a secret. */
final class CredentialException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CredentialException(String message, Throwable cause) {
        super(message, cause);
    }

    CredentialException(String message) {
        super(message);
    }
}
