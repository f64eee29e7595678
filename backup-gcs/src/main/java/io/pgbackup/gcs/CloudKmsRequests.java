package io.pgbackup.gcs;

import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.json.GenericJson;
import io.pgbackup.keys.KeyServiceException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Two requests of Cloud KMS over the transport that this module has already: the service's own client would add a jar for them. Immutable. */
final class CloudKmsRequests {
    private static final List<String> SCOPES = List.of("https://www.googleapis.com/auth/cloudkms");

    private final HttpTransport transport;
    private final GcsClient client;
    private final String endpoint;
    private final InstantSource clock;

    private CloudKmsRequests(HttpTransport transport, GcsClient client, String endpoint, InstantSource clock) {
        this.transport = transport;
        this.client = client;
        this.endpoint = endpoint;
        this.clock = clock;
    }

    static CloudKmsRequests of(Gcs settings, URI endpoint, InstantSource clock) {
        Transports transports = new Transports(settings.connection());
        return new CloudKmsRequests(
                transports.tokens(),
                GcsClient.of(settings, new TokenOrigins(transports, clock, SCOPES), clock),
                endpoint.toString().replaceAll("/$", ""),
                clock);
    }

    /** Empty if the service says that this key and associated data did not make what is to be decrypted. */
    Optional<GenericJson> send(String key, String body, CloudKmsErrors errors) throws KeyServiceException {
        try {
            GenericUrl url = new GenericUrl(endpoint + "/v1/" + key + ":" + errors.verb());
            HttpRequest request = transport
                    .createRequestFactory(client)
                    .buildPostRequest(
                            url, new ByteArrayContent("application/json", body.getBytes(StandardCharsets.UTF_8)));
            request.setThrowExceptionOnExecuteError(false);
            HttpResponse response = request.execute();
            try {
                return errors.require(response, clock);
            } finally {
                response.disconnect();
            }
        } catch (IOException | RuntimeException e) {
            throw errors.noAnswer(e);
        }
    }
}
