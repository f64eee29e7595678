package io.pgbackup.azure;

import com.azure.core.http.HttpHeaderName;
import io.pgbackup.azure.VaultRequests.Answer;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says what an answer of a vault, or its absence, means.
 *
 * @param path below the vault's keys, which names key, version and operation
 * @param vault its URL
 */
record VaultErrors(String path, String vault) {
    private static final Set<String> UNUSABLE = Set.of("KeyDisabled", "KeyExpired", "KeyNotActive", "KeyNotYetValid");
    private static final Set<String> GONE =
            Set.of("KeyNotFound", "ObjectIsDeletedButRecoverable", "ObjectIsBeingDeleted");

    /** The failure that an answer without success is. */
    KeyServiceException refusal(Answer answer) {
        Map<?, ?> error = answer.object(answer.body(), "error");
        String code = answer.text(error, "code").orElse("");
        String inner = answer.text(answer.object(error, "innererror"), "code").orElse("");
        String message = attempted() + "the vault answered " + answer.status() + " " + code
                + (inner.isEmpty() ? "" : " (" + inner + ")")
                + answer.text(error, "message")
                        .map(said -> ": " + Redaction.text(said))
                        .orElse("")
                + Optional.ofNullable(answer.response().getHeaderValue(HttpHeaderName.X_MS_REQUEST_ID))
                        .map(id -> " (request " + id + ")")
                        .orElse("");
        return new KeyServiceException(
                reason(answer.status(), code, inner),
                message,
                null,
                RetryAfter.of(answer.response().getHeaders()));
    }

    private static Reason reason(int status, String code, String inner) {
        if (UNUSABLE.contains(code) || UNUSABLE.contains(inner) || GONE.contains(code)) {
            return Reason.KEY_UNUSABLE;
        }
        if (status == 401 || status == 403) {
            return Reason.DENIED;
        }
        // Without a code the answer came from something in between.
        boolean passing = code.isEmpty() || status == 408 || status == 429 || (status >= 500 && status != 501);
        return passing ? Reason.UNAVAILABLE : Reason.FAULT;
    }

    /** Whether the vault says that there is no such key or version. */
    static boolean isGone(Answer answer) {
        return answer.status() == 404
                && answer.text(answer.object(answer.body(), "error"), "code")
                        .filter(GONE::contains)
                        .isPresent();
    }

    /** Whether the vault says that it could not undo what it was given. */
    static boolean isNotOurs(Answer answer) {
        return answer.status() == 400
                && answer.text(answer.object(answer.body(), "error"), "code")
                        .filter("BadParameter"::equals)
                        .isPresent();
    }

    KeyServiceException noAnswer(RuntimeException failure) {
        String message =
                attempted() + Redaction.text(AzureErrors.rootOf(failure).toString());
        Throwable harmless = Redaction.copy(failure);
        if (AzureErrors.isCausedBy(failure, InterruptedException.class::isInstance)) {
            Thread.currentThread().interrupt();
            return new KeyServiceException(Reason.UNAVAILABLE, attempted() + "interrupted", harmless);
        }
        if (AzureErrors.isCausedBy(failure, AzureErrors::isDistrust)) {
            return new KeyServiceException(
                    Reason.FAULT, message + " (a certificate is not trusted: see trustedCertificates)", harmless);
        }
        boolean passing = AzureErrors.isTransient(failure);
        return new KeyServiceException(passing ? Reason.UNAVAILABLE : Reason.DENIED, message, harmless);
    }

    KeyServiceException failure(Reason reason, String why) {
        return new KeyServiceException(reason, attempted() + why, null);
    }

    private String attempted() {
        return "cannot use key " + path + " in the vault " + vault + ": ";
    }
}
