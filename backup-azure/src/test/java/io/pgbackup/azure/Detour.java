package io.pgbackup.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import java.net.URI;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Mono;

/** Leads requests for a fixed address, such as that of a machine's metadata, to a server on loopback. */
final class Detour implements HttpClient {
    private final HttpClient client;
    private final String from;
    private final String to;

    private Detour(HttpClient client, String from, String to) {
        this.client = client;
        this.from = from;
        this.to = to;
    }

    static UnaryOperator<HttpClient> of(String from, String to) {
        return client -> new Detour(client, from, to);
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return client.send(led(request));
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request, Context context) {
        return client.send(led(request), context);
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        return client.sendSync(led(request), context);
    }

    private HttpRequest led(HttpRequest request) {
        String url = request.getUrl().toString();
        return url.startsWith(from)
                ? request.copy()
                        .setUrl(URI.create(to + url.substring(from.length())).toString())
                : request;
    }
}
