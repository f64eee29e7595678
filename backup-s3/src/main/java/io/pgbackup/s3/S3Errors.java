package io.pgbackup.s3;

import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Says what a failure means to the caller. "Missing" and "exists" are said only where S3 said so by code; what is not understood is a fault if S3
 * refused the request, and unavailable if no answer of S3 came.
 */
final class S3Errors {
    private static final Set<String> DENIED =
            Set.of("AccessDenied", "AccountProblem", "AllAccessDisabled", "InvalidSecurity", "NotSignedUp");
    private static final Set<String> WRONG_CREDENTIALS = Set.of(
            "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch", "TokenRefreshRequired");
    private static final Set<String> FULL =
            Set.of("QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage");
    /** A 4xx that the same request may escape: damaged or stopped on the way, a clock that the client has since corrected, two writers at once. */
    private static final Set<String> PASSING = Set.of(
            "BadDigest",
            "ConditionalRequestConflict",
            "IncompleteBody",
            "InternalError",
            "OperationAborted",
            "RequestTimeTooSkewed",
            "RequestTimeout",
            "ServiceUnavailable",
            "SlowDown",
            "Throttling",
            "ThrottlingException");
    /** What stores say that do not know checksums in trailers. */
    private static final Set<String> CHECKSUM_REFUSALS = Set.of(
            "InvalidArgument", "InvalidRequest", "MissingContentLength", "NotImplemented", "XAmzContentSHA256Mismatch");

    private final String store;
    private final S3Checksums checksums;
    private final InstantSource clock;

    S3Errors(String store, S3Checksums checksums, InstantSource clock) {
        this.store = store;
        this.checksums = checksums;
        this.clock = clock;
    }

    /** The failure of a request; {@code attempted} is a verb and what it was about, such as "create billing/format". */
    StorageException classify(String attempted, Exception failure) {
        Optional<CredentialsException> credentials = causes(failure)
                .filter(CredentialsException.class::isInstance)
                .map(CredentialsException.class::cast)
                .findFirst();
        if (credentials.isPresent()) {
            return noCredentials(attempted, credentials.get());
        }
        if (failure instanceof AwsServiceException answer) {
            return classify(attempted, answer);
        }
        return noAnswer(attempted, failure);
    }

    private StorageException classify(String attempted, AwsServiceException answer) {
        S3Answer said = S3Answer.of(answer, clock);
        String message = attempted(attempted)
                + said
                + hint(said).map(hint -> ". " + hint).orElse("");
        if (said.status() == 404 && said.is("NoSuchKey")) {
            return new ObjectNotFoundException(message, answer);
        }
        if (said.status() == 412) {
            return new ObjectExistsException(message, answer);
        }
        if (said.status() == 507 || FULL.contains(said.code())) {
            return new StorageFullException(message, answer);
        }
        if (PASSING.contains(said.code()) || isPassing(said)) {
            return new StorageUnavailableException(
                    message, answer, said.retryAfter().orElse(null));
        }
        if (WRONG_CREDENTIALS.contains(said.code()) || said.status() == 401) {
            return StorageDeniedException.at(FailedStep.CREDENTIALS, message, answer);
        }
        if (DENIED.contains(said.code()) || isDenied(said)) {
            return new StorageDeniedException(message, answer);
        }
        return new StorageFaultException(message, answer);
    }

    private static boolean isPassing(S3Answer said) {
        int status = said.status();
        boolean conflict = status == 409 && !said.is("InvalidBucketState");
        // Without a code the answer came from something in between.
        boolean notFromS3 = status == 404 && said.code().isEmpty();
        boolean broken = status >= 500 && status != 501 && status != 505;
        return conflict || notFromS3 || broken || status == 408 || status == 429 || status == 307;
    }

    private static boolean isDenied(S3Answer said) {
        return said.status() == 403 && !said.is("InvalidObjectState");
    }

    /** The failure of one of many deletions. */
    StorageException deletion(String attempted, String code, String text) {
        String message = attempted(attempted) + code + ": " + text;
        if (WRONG_CREDENTIALS.contains(code)) {
            return StorageDeniedException.at(FailedStep.CREDENTIALS, message, null);
        }
        if (DENIED.contains(code)) {
            return new StorageDeniedException(message);
        }
        return PASSING.contains(code)
                ? new StorageUnavailableException(message, null)
                : new StorageFaultException(message);
    }

    /** An answer that S3 does not give: something in between spoke, and what became of the request is not known. */
    StorageUnavailableException notS3(String attempted, String why) {
        return new StorageUnavailableException(
                attempted(attempted) + "the answer is none of S3's, something in between may have given it: " + why,
                null);
    }

    /**
     * Refuses what cannot be an object: every store sends an ETag with each, and none of ours is a page, though pages of something in between may have ETags
     * too.
     */
    void requireObject(String attempted, @Nullable String eTag, @Nullable String contentType)
            throws StorageUnavailableException {
        if (eTag == null) {
            throw notS3(attempted, "no ETag");
        }
        if (contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("text/html")) {
            throw notS3(attempted, "a page, where an object should be");
        }
    }

    /** The same of the answer to a create. */
    void requireCreated(String attempted, PutObjectResponse answer) throws StorageUnavailableException {
        String contentType =
                answer.sdkHttpResponse().firstMatchingHeader("Content-Type").orElse(null);
        requireObject(attempted, answer.eTag(), contentType);
    }

    StorageFaultException fault(String attempted, String why) {
        return new StorageFaultException(attempted(attempted) + why);
    }

    private StorageException noCredentials(String attempted, CredentialsException failure) {
        String message = attempted(attempted) + failure.getMessage();
        return failure.passing()
                ? new StorageUnavailableException(message, failure)
                : StorageDeniedException.at(FailedStep.CREDENTIALS, message, failure);
    }

    private StorageException noAnswer(String attempted, Exception failure) {
        String message = attempted(attempted) + reason(failure);
        boolean untrusted = causes(failure)
                .anyMatch(cause -> cause instanceof CertificateException
                        || cause instanceof SSLHandshakeException
                        || cause instanceof SSLPeerUnverifiedException);
        if (untrusted) {
            return new StorageFaultException(
                    message
                            + ". If the store has a certificate of a private authority, name it with certificateAuthority(file)",
                    failure);
        }
        boolean onTheWay = failure instanceof SdkException || causes(failure).anyMatch(IOException.class::isInstance);
        return onTheWay
                ? new StorageUnavailableException(message, failure)
                : new StorageFaultException(message, failure);
    }

    private Optional<String> hint(S3Answer said) {
        if (checksums == S3Checksums.WHEN_SUPPORTED && CHECKSUM_REFUSALS.contains(said.code())) {
            return Optional.of("If this store does not know checksums in trailers (many compatible stores do not), use"
                    + " checksums(WHEN_REQUIRED) or set AWS_REQUEST_CHECKSUM_CALCULATION=when_required");
        }
        if (said.status() == 301
                || said.is("AuthorizationHeaderMalformed")
                || said.is("IllegalLocationConstraintException")) {
            return Optional.of(said.bucketRegion()
                    .map(region -> "The bucket is in region " + region + ": use region(\"" + region + "\")")
                    .orElse("Check the region and the endpoint"));
        }
        if (said.is("InvalidObjectState")) {
            return Optional.of(
                    "The object lies in an archive class and must be restored by the store before it can be read");
        }
        if (said.is("RequestTimeTooSkewed")) {
            return Optional.of("The clock of this machine is wrong");
        }
        return Optional.empty();
    }

    private String attempted(String attempted) {
        return "cannot " + attempted + " in " + store + ": ";
    }

    static String reason(Throwable failure) {
        Throwable root = causes(failure).reduce((outer, inner) -> inner).orElse(failure);
        String text = String.valueOf(failure.getMessage());
        return root == failure || text.contains(String.valueOf(root.getMessage())) ? text : text + " (" + root + ")";
    }

    static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20);
    }

    /** Text of an answer's details, which may be missing. */
    static Optional<AwsErrorDetails> details(AwsServiceException answer) {
        return Optional.ofNullable(answer.awsErrorDetails());
    }
}
