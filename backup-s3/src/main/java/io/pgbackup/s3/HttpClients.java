package io.pgbackup.s3;

import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.apache5.ProxyConfiguration;

/** Makes HTTP clients. */
final class HttpClients {
    /** More than the engine's workers, each of which writes one object or reads a few. */
    private static final int CONNECTIONS = 256;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private HttpClients() {}

    /** A client that trusts the certificates of a file, or what the JVM trusts. */
    static SdkHttpClient of(S3Connection connection, Optional<Path> authority) {
        Duration timeout = connection.timeout();
        Apache5HttpClient.Builder builder = Apache5HttpClient.builder()
                .maxConnections(CONNECTIONS)
                .connectionTimeout(timeout.compareTo(CONNECT_TIMEOUT) < 0 ? timeout : CONNECT_TIMEOUT)
                .connectionAcquisitionTimeout(timeout)
                .socketTimeout(timeout)
                .tcpKeepAlive(true)
                .proxyConfiguration(proxy(connection.proxy()));
        authority.ifPresent(file -> builder.tlsTrustManagersProvider(() -> new TrustManager[] {new PemTrust(file)}));
        return builder.build();
    }

    private static ProxyConfiguration proxy(Optional<S3Connection.Proxy> wanted) {
        boolean environment = wanted.filter(proxy -> proxy.address().isEmpty()).isPresent();
        ProxyConfiguration.Builder builder = ProxyConfiguration.builder()
                .useSystemPropertyValues(environment)
                .useEnvironmentVariableValues(environment);
        wanted.flatMap(S3Connection.Proxy::address).ifPresent(builder::endpoint);
        // At once: a body that is sent cannot be sent again when the proxy asks for the password.
        wanted.flatMap(S3Connection.Proxy::user)
                .ifPresent(user -> builder.username(user).preemptiveBasicAuthenticationEnabled(true));
        wanted.flatMap(S3Connection.Proxy::password).map(HttpClients::reveal).ifPresent(builder::password);
        return builder.build();
    }

    /** The SDK takes secrets as strings only. */
    static String reveal(SecretSource source) {
        try (Secret secret = source.obtain()) {
            return secret.use(bytes -> new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
