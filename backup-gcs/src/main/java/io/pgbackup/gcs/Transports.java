package io.pgbackup.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.util.Optional;

/** The ways to the store, to the services that give tokens, and to the metadata server. Immutable. */
final class Transports {
    private static final String METADATA_HOST = "metadata.google.internal";

    private final Connection connection;

    Transports(Connection connection) {
        this.connection = connection;
    }

    /** To the store: trusts only the file of authorities, if there is one. */
    HttpTransport store() {
        NetHttpTransport.Builder builder = proxied();
        connection.certificateAuthorities().ifPresent(file -> builder.setSslSocketFactory(CertificateTrust.only(file)));
        return builder.build();
    }

    /** To the services that give tokens: public ones, also where the store has an authority of its own. */
    HttpTransport tokens() {
        NetHttpTransport.Builder builder = proxied();
        connection
                .certificateAuthorities()
                .ifPresent(file -> builder.setSslSocketFactory(CertificateTrust.besidesJavas(file)));
        return builder.build();
    }

    private NetHttpTransport.Builder proxied() {
        NetHttpTransport.Builder builder = new NetHttpTransport.Builder();
        connection.proxy().ifPresent(address -> builder.setProxy(new Proxy(Proxy.Type.HTTP, address)));
        return builder;
    }

    /** To the metadata server, which is on this machine or close to it: never through a proxy. */
    HttpTransport metadata() {
        return new NetHttpTransport.Builder()
                .setConnectionFactory(url -> (HttpURLConnection) place(url).openConnection(Proxy.NO_PROXY))
                .build();
    }

    /** For credentials of which nobody knows beforehand whom they ask: the metadata server directly, all others as {@link #tokens()}. */
    HttpTransport publicOrMetadata() {
        NetHttpTransport.Builder builder = new NetHttpTransport.Builder();
        connection
                .certificateAuthorities()
                .ifPresent(file -> builder.setSslSocketFactory(CertificateTrust.besidesJavas(file)));
        return builder.setConnectionFactory(this::open).build();
    }

    private HttpURLConnection open(URL url) throws IOException {
        URL place = place(url);
        boolean direct = url.getProtocol().equals("http");
        if (direct) {
            return (HttpURLConnection) place.openConnection(Proxy.NO_PROXY);
        }
        Optional<Proxy> proxy = connection.proxy().map(address -> new Proxy(Proxy.Type.HTTP, address));
        return (HttpURLConnection) (proxy.isPresent() ? place.openConnection(proxy.get()) : place.openConnection());
    }

    private URL place(URL url) throws IOException {
        if (connection.metadataHost().isEmpty() || !url.getHost().equals(METADATA_HOST)) {
            return url;
        }
        return new URL(url.getProtocol() + "://" + connection.metadataHost().get() + url.getFile());
    }
}
