package io.pgbackup.gcs;

import com.google.api.client.http.HttpResponse;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.gson.GsonFactory;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Says what an answer of Cloud KMS, or its absence, means; and whether it arrived as it was sent.
 *
 * @param verb what was asked
 * @param key of whom
 */
record CloudKmsErrors(String verb, String key) {
    private static final int LONGEST_ANSWER = 1 << 20;
    private static final Set<String> UNUSABLE = Set.of("FAILED_PRECONDITION", "NOT_FOUND");
    private static final Set<String> DENIED = Set.of("PERMISSION_DENIED", "UNAUTHENTICATED");
    private static final Set<String> PASSING = Set.of(
            "ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "UNAVAILABLE", "UNKNOWN");
    /** How the service says that key, associated data or the bytes are not those that were; the code alone it gives to malformed requests too. */
    private static final String NOT_OURS = "Decryption failed";

    Optional<GenericJson> require(HttpResponse response, InstantSource clock) throws IOException, KeyServiceException {
        Optional<GenericJson> body = parsed(response);
        if (response.isSuccessStatusCode() && body.isPresent()) {
            return body;
        }
        Map<?, ?> error = body.map(answer -> answer.get("error"))
                .filter(Map.class::isInstance)
                .map(found -> (Map<?, ?>) found)
                .orElse(Map.of());
        String status = text(error.get("status"));
        String said = text(error.get("message"));
        if (verb.equals("decrypt") && status.equals("INVALID_ARGUMENT") && said.startsWith(NOT_OURS)) {
            return Optional.empty();
        }
        throw new KeyServiceException(
                reason(response.getStatusCode(), status),
                attempted() + "the service answered " + response.getStatusCode() + " " + status
                        + (said.isEmpty() ? "" : ": " + said),
                null,
                RetryAfter.parse(response.getHeaders().getFirstHeaderStringValue("Retry-After"), clock));
    }

    private static Reason reason(int code, String status) {
        if (DENIED.contains(status) || code == 401 || code == 403) {
            return Reason.DENIED;
        }
        if (UNUSABLE.contains(status)) {
            return Reason.KEY_UNUSABLE;
        }
        // Without a status the answer came from something in between.
        boolean passing = status.isEmpty() || PASSING.contains(status) || code >= 500 || code == 429;
        return passing ? Reason.UNAVAILABLE : Reason.FAULT;
    }

    private static Optional<GenericJson> parsed(HttpResponse response) throws IOException {
        InputStream content = response.getContent();
        if (content == null) {
            return Optional.empty();
        }
        String text = new String(content.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
        try {
            return Optional.ofNullable(
                    GsonFactory.getDefaultInstance().createJsonParser(text).parse(GenericJson.class));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text.replaceAll("[\\p{Cntrl}\\s]+", " ") : "";
    }

    /** A text of an answer. */
    String text(GenericJson answer, String name) throws KeyServiceException {
        if (answer.get(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw strange("it lacks " + name);
    }

    /** Bytes of an answer, if they are those that the service sent. */
    byte[] bytes(GenericJson answer, String name) throws KeyServiceException {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text(answer, name));
        } catch (IllegalArgumentException e) {
            throw strange("its " + name + " is not encoded as it should be");
        }
        if (!Long.toString(CloudKmsBody.checksum(bytes)).equals(String.valueOf(answer.get(name + "Crc32c")))) {
            throw strange("its " + name + " does not match its checksum: it was damaged on the way");
        }
        return bytes;
    }

    /** The service says whether it received what was sent. */
    void requireVerified(GenericJson answer, String field) throws KeyServiceException {
        if (!Boolean.TRUE.equals(answer.get(field))) {
            throw strange("it did not verify the checksums of the request (" + field + ")");
        }
    }

    /** What no service would answer that received and sent everything whole: the same request may succeed later. */
    KeyServiceException strange(String why) {
        return new KeyServiceException(
                Reason.UNAVAILABLE, attempted() + "the answer is not one of Cloud KMS: " + why, null);
    }

    KeyServiceException noAnswer(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CredentialsException credentials) {
                Reason reason = credentials.isPassing() ? Reason.UNAVAILABLE : Reason.DENIED;
                return new KeyServiceException(reason, attempted() + credentials.getMessage(), failure);
            }
            if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
                return new KeyServiceException(
                        Reason.FAULT,
                        attempted() + "the certificate of the server is not trusted: " + failure.getMessage()
                                + " (certificateAuthorities() names authorities to trust)",
                        failure);
            }
        }
        Reason reason = failure instanceof IOException ? Reason.UNAVAILABLE : Reason.FAULT;
        return new KeyServiceException(reason, attempted() + failure, failure);
    }

    private String attempted() {
        return "cannot " + verb + " with " + key + ": ";
    }
}
