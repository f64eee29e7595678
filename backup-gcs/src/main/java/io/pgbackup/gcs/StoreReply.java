package io.pgbackup.gcs;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpResponseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the store said when it refused a request.
 *
 * @param status of HTTP
 * @param reason the store's own code, for example {@code conditionNotMet}; empty if the answer is not in the store's form and may be of somebody else
 * @param text what a human should read
 * @param headers of the answer
 */
record StoreReply(int status, String reason, String text, HttpHeaders headers) {
    private static final int MAX_TEXT = 300;

    static StoreReply of(HttpResponseException failure) {
        if (failure instanceof GoogleJsonResponseException json && json.getDetails() != null) {
            return of(failure.getStatusCode(), json.getDetails(), failure.getHeaders());
        }
        String body = failure.getContent() == null ? "" : failure.getContent();
        return new StoreReply(failure.getStatusCode(), "", readable(body), failure.getHeaders());
    }

    static StoreReply of(int status, @Nullable GoogleJsonError error, HttpHeaders headers) {
        if (error == null) {
            return new StoreReply(status, "", "", headers);
        }
        String reason = error.getErrors() == null || error.getErrors().isEmpty()
                ? ""
                : Optional.ofNullable(error.getErrors().get(0).getReason()).orElse("");
        return new StoreReply(
                status, reason, readable(Optional.ofNullable(error.getMessage()).orElse("")), headers);
    }

    private static String readable(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").trim();
        return line.length() > MAX_TEXT ? line.substring(0, MAX_TEXT) + "…" : line;
    }

    /** Whether the store itself says that there is no such thing: the object or its bucket. */
    boolean isMissing() {
        return status == 404 && reason.equals("notFound");
    }

    /** Whether the store itself says that the precondition of the request does not hold. */
    boolean isConditionNotMet() {
        return status == 412 && reason.equals("conditionNotMet");
    }

    /** For a message: status, reason, text and the store's own number of this request. */
    String describe() {
        StringBuilder words = new StringBuilder("the store answered ").append(status);
        if (!reason.isEmpty()) {
            words.append(' ').append(reason);
        }
        if (!text.isEmpty()) {
            words.append(": ").append(text);
        }
        String requestId = headers.getFirstHeaderStringValue("x-guploader-uploadid");
        if (requestId != null) {
            words.append(" (request ").append(readable(requestId)).append(')');
        }
        return words.toString();
    }
}
