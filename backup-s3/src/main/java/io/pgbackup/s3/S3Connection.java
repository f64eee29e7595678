package io.pgbackup.s3;

import io.pgbackup.SecretSource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a store is reached.
 *
 * @param region of the bucket
 * @param endpoint of a store that is not Amazon's
 * @param stsEndpoint of the token service
 * @param addressing where requests name the bucket
 * @param authority file of PEM certificates that are trusted instead of the JVM's
 * @param proxy through which requests go
 * @param plainHttp whether requests may go unencrypted
 * @param timeout for connecting and for every silence afterwards
 */
record S3Connection(
        Optional<String> region,
        Optional<URI> endpoint,
        Optional<URI> stsEndpoint,
        Optional<S3Addressing> addressing,
        Optional<Path> authority,
        Optional<Proxy> proxy,
        boolean plainHttp,
        Duration timeout) {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    static final S3Connection DEFAULT = new S3Connection(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            TIMEOUT);

    S3Connection {
        endpoint.ifPresent(uri -> requireServer("endpoint", uri));
        stsEndpoint.ifPresent(uri -> requireServer("token service endpoint", uri));
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("a timeout must be positive, not " + timeout);
        }
    }

    /**
     * A proxy.
     *
     * @param address {@code http://host:port}, or that of the environment and the JVM if empty
     * @param user who the proxy is told
     * @param password of that user
     */
    record Proxy(Optional<URI> address, Optional<String> user, Optional<SecretSource> password) {
        Proxy {
            address.ifPresent(uri -> requireServer("proxy", uri));
        }
    }

    private static void requireServer(String what, URI uri) {
        boolean http = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
        boolean bare = uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null;
        if (!http || uri.getHost() == null || !bare) {
            // Not repeated: it may hold a password.
            throw new IllegalArgumentException(
                    "the " + what + " is not of the form https://host:port, without user, password and parameters");
        }
    }

    S3Connection withRegion(String wanted) {
        return new S3Connection(
                Optional.of(wanted), endpoint, stsEndpoint, addressing, authority, proxy, plainHttp, timeout);
    }

    S3Connection withEndpoint(URI wanted) {
        return new S3Connection(
                region, Optional.of(wanted), stsEndpoint, addressing, authority, proxy, plainHttp, timeout);
    }

    S3Connection withStsEndpoint(URI wanted) {
        return new S3Connection(
                region, endpoint, Optional.of(wanted), addressing, authority, proxy, plainHttp, timeout);
    }

    S3Connection withAddressing(S3Addressing wanted) {
        return new S3Connection(
                region, endpoint, stsEndpoint, Optional.of(wanted), authority, proxy, plainHttp, timeout);
    }

    S3Connection withAuthority(Path wanted) {
        return new S3Connection(
                region, endpoint, stsEndpoint, addressing, Optional.of(wanted), proxy, plainHttp, timeout);
    }

    S3Connection withProxy(Proxy wanted) {
        return new S3Connection(
                region, endpoint, stsEndpoint, addressing, authority, Optional.of(wanted), plainHttp, timeout);
    }

    S3Connection withPlainHttp() {
        return new S3Connection(region, endpoint, stsEndpoint, addressing, authority, proxy, true, timeout);
    }

    S3Connection withTimeout(Duration wanted) {
        return new S3Connection(region, endpoint, stsEndpoint, addressing, authority, proxy, plainHttp, wanted);
    }
}
