package io.pgbackup.s3;

import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.KeyServiceException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/**
 * Says what an answer of AWS KMS, or its absence, means. That something was not wrapped by this key is believed only where KMS says so by type.
 *
 * @param action of KMS
 * @param key as it was configured
 * @param clock for dates of answers
 */
record KmsErrors(String action, String key, InstantSource clock) {
    private static final Set<String> NOT_OURS = Set.of("InvalidCiphertextException", "IncorrectKeyException");
    private static final Set<String> UNUSABLE =
            Set.of("DisabledException", "KMSInvalidStateException", "NotFoundException");
    private static final Set<String> DENIED = Set.of(
            "AccessDeniedException",
            "ExpiredTokenException",
            "IncompleteSignatureException",
            "InvalidClientTokenId",
            "InvalidGrantTokenException",
            "InvalidSignatureException",
            "MissingAuthenticationTokenException",
            "NotAuthorized",
            "OptInRequired",
            "UnrecognizedClientException");
    private static final Set<String> PASSING = Set.of(
            "DependencyTimeoutException",
            "InternalFailure",
            "KMSInternalException",
            "KeyUnavailableException",
            "LimitExceededException",
            "RequestLimitExceeded",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "Throttling",
            "ThrottlingException");

    /** What an answer holds; empty if it says that this is not what the key wrapped. */
    Optional<JsonNode> require(HttpExecuteResponse response, String content) throws KeyServiceException {
        SdkHttpResponse head = response.httpResponse();
        Optional<JsonNode> body = parsed(content);
        if (head.isSuccessful() && body.isPresent()) {
            return body;
        }
        String type = body.flatMap(answer -> answer.field("__type"))
                .map(node -> node.isString() ? node.asString() : "")
                .or(() -> head.firstMatchingHeader("x-amzn-ErrorType").map(value -> value.split(":", 2)[0]))
                .map(name -> name.substring(name.indexOf('#') + 1))
                .orElse("");
        if (action.equals("Decrypt") && NOT_OURS.contains(type)) {
            return Optional.empty();
        }
        throw refusal(head, type, body);
    }

    private KeyServiceException refusal(SdkHttpResponse head, String type, Optional<JsonNode> body) {
        String said = body.flatMap(answer -> answer.field("message").or(() -> answer.field("Message")))
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .orElse("no reason given");
        String id = head.firstMatchingHeader("x-amzn-RequestId")
                .map(request -> " (request id " + request + ")")
                .orElse("");
        String message = attempted() + head.statusCode() + " " + type + ": " + said + id;
        return new KeyServiceException(
                reason(head.statusCode(), type), message, null, retryAfter(head).orElse(null));
    }

    private static Reason reason(int status, String type) {
        if (UNUSABLE.contains(type)) {
            return Reason.KEY_UNUSABLE;
        }
        if (PASSING.contains(type) || status >= 500 || status == 429 || status == 408 || type.isEmpty()) {
            // Without a type the answer came from something in between.
            return status == 401 || status == 403 ? Reason.DENIED : Reason.UNAVAILABLE;
        }
        return DENIED.contains(type) || status == 401 || status == 403 ? Reason.DENIED : Reason.FAULT;
    }

    private Optional<Duration> retryAfter(SdkHttpResponse head) {
        return head.firstMatchingHeader("Retry-After").flatMap(value -> S3Answer.wait(value, clock));
    }

    private static Optional<JsonNode> parsed(String content) {
        try {
            return Optional.of(JsonNode.parser().parse(content)).filter(JsonNode::isObject);
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    KeyServiceException noAnswer(Exception failure) {
        String message = attempted() + S3Errors.reason(failure);
        Optional<CredentialsException> credentials = causes(failure)
                .filter(CredentialsException.class::isInstance)
                .map(CredentialsException.class::cast)
                .findFirst();
        if (credentials.isPresent()) {
            Reason reason = credentials.get().passing() ? Reason.UNAVAILABLE : Reason.DENIED;
            return new KeyServiceException(reason, message, failure);
        }
        boolean untrusted = causes(failure)
                .anyMatch(cause -> cause instanceof CertificateException
                        || cause instanceof SSLHandshakeException
                        || cause instanceof SSLPeerUnverifiedException);
        if (untrusted) {
            return new KeyServiceException(
                    Reason.FAULT,
                    message
                            + ". If the endpoint has a certificate of a private authority, name it with certificateAuthority(file)",
                    failure);
        }
        boolean onTheWay = causes(failure)
                .anyMatch(cause -> cause instanceof IOException || cause instanceof UncheckedIOException);
        return new KeyServiceException(onTheWay ? Reason.UNAVAILABLE : Reason.FAULT, message, failure);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return S3Errors.causes(failure);
    }

    static KeyServiceException fault(String action, String key, String why) {
        return new KeyServiceException(Reason.FAULT, "cannot " + action + " with " + key + ": " + why, null);
    }

    private String attempted() {
        return "cannot " + action + " with " + key + ": ";
    }
}
