package io.pgbackup.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import java.io.IOException;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** No access token could be had. */
final class CredentialsException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean passing;

    private CredentialsException(String message, @Nullable Throwable cause, boolean passing) {
        super(message, cause);
        this.passing = passing;
    }

    /** One that stays until somebody changes something. */
    static CredentialsException lasting(String message, @Nullable Throwable cause) {
        return new CredentialsException(message, cause, false);
    }

    /** A failure of a service that gives tokens: it stays if the service said no, and may pass if it said nothing. */
    static CredentialsException classify(String message, IOException failure) {
        return failure instanceof CredentialsException known
                ? known
                : new CredentialsException(message + ": " + words(failure), failure, mayPass(failure));
    }

    private static boolean mayPass(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Retryable answered) {
                return answered.isRetryable();
            }
            if (cause instanceof HttpResponseException answered) {
                return answered.getStatusCode() >= 500 || answered.getStatusCode() == 429;
            }
            if (cause instanceof CertificateException) {
                return false;
            }
        }
        return true;
    }

    private static String words(Throwable failure) {
        String words = String.valueOf(failure.getMessage()).replaceAll("\\s+", " ");
        Throwable cause = failure.getCause();
        return cause == null || words.contains(String.valueOf(cause.getMessage()))
                ? words
                : words + ": " + words(cause);
    }

    /** Whether another attempt may succeed. */
    boolean isPassing() {
        return passing;
    }
}
