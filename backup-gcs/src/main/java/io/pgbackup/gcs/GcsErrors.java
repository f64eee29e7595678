package io.pgbackup.gcs;

import com.google.api.client.http.HttpResponseException;
import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.InstantSource;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Classifies what went wrong by status and the store's own reason codes. "Missing" is never decided here: a 404 may be of the bucket or of something
 * between us and the store, see {@link GcsBucket}.
 */
final class GcsErrors {
    private static final Set<String> TOO_FAST =
            Set.of("rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "backendError", "internalError");
    private static final String QUOTA = "quotaExceeded";
    private static final Set<String> WRONG_KEY = Set.of(
            "customerEncryptionKeyIsIncorrect",
            "customerEncryptionKeySha256IsIncorrect",
            "resourceIsEncryptedWithCustomerEncryptionKey",
            "resourceNotEncryptedWithCustomerEncryptionKey");

    private final GcsLocation location;
    private final InstantSource clock;

    GcsErrors(GcsLocation location, InstantSource clock) {
        this.location = location;
        this.clock = clock;
    }

    /** What a failure means to the caller; {@code attempted} completes the sentence "cannot …". */
    StorageException classify(String attempted, IOException failure) {
        if (failure.getCause() instanceof StorageException inner) {
            return inner;
        }
        if (failure instanceof HttpResponseException refusal) {
            return classify(attempted, StoreReply.of(refusal), refusal);
        }
        if (failure instanceof CredentialsException credentials) {
            String message = cannot(attempted) + failure.getMessage();
            return credentials.isPassing()
                    ? new StorageUnavailableException(message, failure)
                    : StorageDeniedException.at(FailedStep.CREDENTIALS, message, failure);
        }
        if (causedBy(failure, CertificateException.class) || causedBy(failure, SSLPeerUnverifiedException.class)) {
            return new StorageFaultException(
                    cannot(attempted) + "the certificate of the server is not trusted: " + reason(failure)
                            + " (certificateAuthorities() names the authorities to trust)",
                    failure);
        }
        return new StorageUnavailableException(cannot(attempted) + reason(failure), failure);
    }

    /** The same for an answer of the store. */
    StorageException classify(String attempted, StoreReply reply, @Nullable Throwable cause) {
        String message = cannot(attempted) + reply.describe();
        int status = reply.status();
        if (status == 429 || status == 408 || status >= 500 || TOO_FAST.contains(reply.reason())) {
            return new StorageUnavailableException(
                    message, cause, RetryAfter.parse(reply.headers().getFirstHeaderStringValue("Retry-After"), clock));
        }
        if (status == 403 && reply.reason().equals(QUOTA)) {
            return new StorageFullException(message, cause);
        }
        if (status == 401) {
            return StorageDeniedException.at(FailedStep.CREDENTIALS, message, cause);
        }
        if (status == 403 || WRONG_KEY.contains(reply.reason())) {
            return new StorageDeniedException(message, cause);
        }
        return new StorageFaultException(message, cause);
    }

    /** A create whose key is taken. */
    StorageException exists(String attempted, StoreReply reply, Throwable cause) {
        return new ObjectExistsException(cannot(attempted) + "there is one already; " + reply.describe(), cause);
    }

    /** A reply with a good status that no store would give: whether the request was carried out is not known. */
    StorageUnavailableException strange(String attempted, String what, @Nullable Throwable cause) {
        return new StorageUnavailableException(
                cannot(attempted) + "the reply is not one of the store, something in between may have given it: "
                        + what,
                cause);
    }

    StorageFaultException fault(String attempted, String why) {
        return new StorageFaultException(cannot(attempted) + why);
    }

    private String cannot(String attempted) {
        return "cannot " + attempted + " in " + location + ": ";
    }

    private static String reason(IOException failure) {
        String words = failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        if (failure instanceof UnknownHostException) {
            return "the name of the host cannot be resolved: " + words;
        }
        if (failure instanceof ConnectException) {
            return "no connection: " + words;
        }
        return failure instanceof SocketTimeoutException ? "no answer in time: " + words : words;
    }

    private static boolean causedBy(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
