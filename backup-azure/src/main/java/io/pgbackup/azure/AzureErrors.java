package io.pgbackup.azure;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import com.azure.storage.blob.models.BlobStorageException;
import com.microsoft.aad.msal4j.MsalServiceException;
import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a failure of the SDK means. Only the store's own word that a blob does not exist counts as "not found": a missing container or
 * account, or a page of some proxy in between, is a fault. Causes are {@link Redaction redacted}.
 */
final class AzureErrors {
    static final HttpHeaderName REQUEST_ID = HttpHeaderName.fromString("x-ms-request-id");
    private static final String IMMUTABLE = "BlobImmutableDueToPolicy";
    private static final Set<String> EXISTS = Set.of("BlobAlreadyExists", "ConditionNotMet");
    private static final Set<String> LOCKED = Set.of(
            IMMUTABLE,
            "LeaseIdMissing",
            "LeaseIdMismatchWithBlobOperation",
            "LeaseAlreadyPresent",
            "SnapshotsPresent",
            "DeletingBlobWithLegalHoldNotAllowed");
    private static final Set<String> WRONG_CREDENTIALS =
            Set.of("AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation");
    private static final Set<String> BUSY =
            Set.of("ContainerBeingDeleted", "AccountBeingCreated", "OperationTimedOut", "ServerBusy", "InternalError");
    private static final Set<String> FULL = Set.of("AccountStorageLimitExceeded", "ContainerQuotaExceeded");
    private static final int DEPTH = 20;

    private AzureErrors() {}

    /**
     * Classifies.
     *
     * @param attempt what was attempted, on which object, in which store
     * @param failure what the SDK threw
     * @return the exception to throw
     */
    static StorageException classify(String attempt, Throwable failure) {
        String message = "cannot " + attempt + ": ";
        Throwable harmless = Redaction.copy(failure);
        if (isCausedBy(failure, InterruptedException.class::isInstance)) {
            Thread.currentThread().interrupt();
            return new StorageUnavailableException(message + "interrupted", harmless);
        }
        Optional<StorageException> known = chain(failure)
                .filter(StorageException.class::isInstance)
                .map(StorageException.class::cast)
                .findFirst();
        if (known.isPresent()) {
            return known.get();
        }
        Optional<BlobStorageException> reply = chain(failure)
                .filter(BlobStorageException.class::isInstance)
                .map(BlobStorageException.class::cast)
                .findFirst();
        if (reply.isPresent()) {
            return classify(message, reply.get(), harmless);
        }
        if (isCausedBy(failure, CredentialException.class::isInstance)) {
            return classifyCredential(message, failure, harmless);
        }
        String reason = message + Redaction.text(rootOf(failure).toString());
        if (isCausedBy(failure, AzureErrors::isDistrust)) {
            return new StorageFaultException(
                    reason + " (the certificate of the store is not trusted: see trustedCertificates)", harmless);
        }
        return isTransient(failure)
                ? new StorageUnavailableException(reason, harmless)
                : new StorageFaultException(reason, harmless);
    }

    /**
     * Classifies the failure of a create: what is immutable is there already.
     *
     * @param attempt what was attempted, on which object, in which store
     * @param failure what the SDK threw
     * @return the exception to throw
     */
    static StorageException classifyCreate(String attempt, Throwable failure) {
        StorageException meaning = classify(attempt, failure);
        boolean immutable = isCausedBy(
                failure,
                link -> link instanceof BlobStorageException reply
                        && reply.getErrorCode() != null
                        && reply.getErrorCode().toString().equals(IMMUTABLE));
        return immutable ? new ObjectExistsException(String.valueOf(meaning.getMessage()), meaning) : meaning;
    }

    private static StorageException classify(String attempt, BlobStorageException failure, Throwable harmless) {
        HttpResponse response = failure.getResponse();
        int status = failure.getStatusCode();
        String code =
                failure.getErrorCode() == null ? "" : failure.getErrorCode().toString();
        String message = attempt + "the store answered " + status + (code.isEmpty() ? "" : " " + code) + " (request "
                + Optional.ofNullable(response.getHeaderValue(REQUEST_ID)).orElse("without an id") + ")";
        if (status == 404) {
            return code.equals("BlobNotFound")
                    ? new ObjectNotFoundException(message, harmless)
                    : new StorageFaultException(message + "; check account and container", harmless);
        }
        if (FULL.contains(code) || status == 507) {
            return new StorageFullException(message, harmless);
        }
        if (EXISTS.contains(code)) {
            return new ObjectExistsException(message, harmless);
        }
        if (status == 401 || WRONG_CREDENTIALS.contains(code)) {
            return StorageDeniedException.at(FailedStep.CREDENTIALS, message, harmless);
        }
        if (LOCKED.contains(code) || status == 403) {
            return new StorageDeniedException(message, harmless);
        }
        boolean unexpectedSuccess = status < 300;
        if (BUSY.contains(code) || unexpectedSuccess || status == 408 || status == 429 || isServerSide(status)) {
            return new StorageUnavailableException(message, harmless, RetryAfter.of(response.getHeaders()));
        }
        return new StorageFaultException(message, harmless);
    }

    private static StorageException classifyCredential(String message, Throwable failure, Throwable harmless) {
        String reason = message
                + Redaction.text(chain(failure)
                        .filter(CredentialException.class::isInstance)
                        .findFirst()
                        .orElse(failure)
                        .getMessage());
        return isTransient(failure)
                ? new StorageUnavailableException(reason, harmless)
                : StorageDeniedException.at(FailedStep.CREDENTIALS, reason, harmless);
    }

    /** Whether the same may succeed later: the network, a time limit, or a service that had a bad moment. */
    static boolean isTransient(Throwable failure) {
        return isCausedBy(
                failure,
                link -> link instanceof TimeoutException
                        || (link instanceof MsalServiceException service && isBadMoment(service.statusCode()))
                        || (link instanceof HttpResponseException http
                                && http.getResponse() != null
                                && isBadMoment(http.getResponse().getStatusCode()))
                        || (link instanceof IOException
                                && !(link instanceof NoSuchFileException
                                        || link instanceof AccessDeniedException
                                        || link instanceof FileNotFoundException)));
    }

    private static boolean isBadMoment(@Nullable Integer status) {
        return status != null && (status == 408 || status == 429 || isServerSide(status));
    }

    private static boolean isServerSide(int status) {
        return status >= 500 && status != 501 && status != 505;
    }

    static boolean isDistrust(Throwable failure) {
        return failure instanceof CertificateException || failure instanceof CertPathBuilderException;
    }

    static boolean isCausedBy(Throwable failure, Predicate<Throwable> kind) {
        return chain(failure).anyMatch(kind);
    }

    static Throwable rootOf(Throwable failure) {
        return chain(failure).reduce((outer, inner) -> inner).orElse(failure);
    }

    private static Stream<Throwable> chain(Throwable failure) {
        List<Throwable> links = new ArrayList<>();
        for (Throwable link = failure; link != null && links.size() < DEPTH; link = link.getCause()) {
            links.add(link);
        }
        return links.stream();
    }
}
