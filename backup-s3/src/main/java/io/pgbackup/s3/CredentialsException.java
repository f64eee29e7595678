package io.pgbackup.s3;

import software.amazon.awssdk.core.exception.SdkClientException;

/** No credentials could be had, so no request was sent. Its message names the method, never a secret. */
final class CredentialsException extends SdkClientException {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    /** {@code passing} if asking again later may help. */
    CredentialsException(String message, Throwable cause, boolean passing) {
        super(SdkClientException.builder().message(message).cause(cause));
        this.passing = passing;
    }

    boolean passing() {
        return passing;
    }
}
