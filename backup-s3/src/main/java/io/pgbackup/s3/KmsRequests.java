package io.pgbackup.s3;

import io.pgbackup.keys.KeyServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceMetadata;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * Two requests of AWS KMS, signed by the SDK's own signer over its HTTP client. The SDK's client for KMS would be the heaviest part of this module. They are so rare that each makes
 * its own connection: nothing is left open. Immutable.
 */
final class KmsRequests {
    private static final int LONGEST_ANSWER = 1 << 20;

    private final S3Credentials credentials;
    private final S3Connection connection;
    private final Optional<URI> endpoint;
    private final InstantSource clock;

    KmsRequests(S3Credentials credentials, S3Connection connection, Optional<URI> endpoint, InstantSource clock) {
        this.credentials = credentials;
        this.connection = connection;
        this.endpoint = endpoint;
        this.clock = clock;
    }

    /** Empty if KMS says that this key and context did not make what is to be decrypted. */
    Optional<JsonNode> send(String action, String key, String body) throws KeyServiceException {
        KmsErrors errors = new KmsErrors(action, key, clock);
        try (SdkHttpClient http = HttpClients.of(connection, connection.authority());
                RequestCredentials provider = RequestCredentials.of(credentials, connection, clock)) {
            SignedRequest signed = signed(action, body.getBytes(StandardCharsets.UTF_8), provider.resolveCredentials());
            HttpExecuteResponse response = http.prepareRequest(HttpExecuteRequest.builder()
                            .request(signed.request())
                            .contentStreamProvider(signed.payload().orElse(null))
                            .build())
                    .call();
            return errors.require(response, content(response));
        } catch (IOException | RuntimeException e) {
            throw errors.noAnswer(e);
        }
    }

    private SignedRequest signed(String action, byte[] body, AwsCredentials identity) {
        Region region =
                connection.region().map(Region::of).orElseGet(() -> new DefaultAwsRegionProviderChain().getRegion());
        URI uri = endpoint.orElseGet(() -> URI.create(
                "https://" + ServiceMetadata.of("kms").endpointFor(region).toString()));
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(uri.resolve("/"))
                .putHeader("Content-Type", "application/x-amz-json-1.1")
                .putHeader("Content-Length", Integer.toString(body.length))
                .putHeader("X-Amz-Target", "TrentService." + action)
                .build();
        Clock now = new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return clock.instant();
            }
        };
        return AwsV4HttpSigner.create()
                .sign(signing -> signing.identity(identity)
                        .request(request)
                        .payload(ContentStreamProvider.fromByteArray(body))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "kms")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region.id())
                        .putProperty(HttpSigner.SIGNING_CLOCK, now));
    }

    private static String content(HttpExecuteResponse response) throws IOException {
        if (response.responseBody().isEmpty()) {
            return "";
        }
        try (InputStream in = response.responseBody().get()) {
            return new String(in.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8);
        }
    }

    /** A text of an answer. */
    static String text(JsonNode answer, String name) throws KeyServiceException {
        return answer.field(name)
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new KeyServiceException(
                        KeyServiceException.Reason.UNAVAILABLE, "the answer is none of KMS: it lacks " + name, null));
    }

    /** Bytes of an answer. */
    static byte[] bytes(JsonNode answer, String name) throws KeyServiceException {
        try {
            return Base64.getDecoder().decode(text(answer, name));
        } catch (IllegalArgumentException e) {
            throw new KeyServiceException(
                    KeyServiceException.Reason.UNAVAILABLE,
                    "the answer is none of KMS: " + name + " is not encoded",
                    e);
        }
    }
}
