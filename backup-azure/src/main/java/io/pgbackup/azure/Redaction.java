package io.pgbackup.azure;

import io.pgbackup.storage.FailedStep;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Failures of the SDK without what they may quote of a request: signatures in URLs, tokens in headers, signatures in the store's
 * explanations. Types and stack traces stay.
 */
final class Redaction {
    private static final Pattern SECRETS =
            Pattern.compile("(?i)(\\bsig(?:nature)?=|\\bBearer |\\bSharedKey [^:\\s]*:|AccountKey="
                    + "|client_secret=|client_assertion=|signature found in the HTTP request ')[^&\\s'\"<>;,]+");
    private static final int DEPTH = 20;

    private Redaction() {}

    static String text(@Nullable String message) {
        return message == null ? "" : SECRETS.matcher(message).replaceAll("$1REDACTED");
    }

    /** A harmless copy of a failure and of what caused it. */
    static Throwable copy(Throwable failure) {
        return copy(failure, DEPTH);
    }

    private static Throwable copy(Throwable failure, int depth) {
        Throwable cause = failure.getCause();
        Throwable harmless = new Harmless(
                failure.getClass().getName() + ": " + text(failure.getMessage()),
                cause == null || depth == 0 ? null : copy(cause, depth - 1),
                FailedStep.of(failure));
        harmless.setStackTrace(failure.getStackTrace());
        return harmless;
    }

    /** Has no more of the original than its words, and how far the request came. */
    private static final class Harmless extends IOException implements FailedStep.Known {
        private static final long serialVersionUID = 1L;

        private final @Nullable FailedStep step;

        Harmless(String message, @Nullable Throwable cause, Optional<FailedStep> step) {
            super(message, cause);
            this.step = step.orElse(null);
        }

        @Override
        public Optional<FailedStep> failedStep() {
            return Optional.ofNullable(step);
        }
    }
}
