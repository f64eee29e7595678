package io.pgbackup.gcs;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the store and the token services are reached.
 *
 * @param endpoint the store, ends with a slash
 * @param certificateAuthorities file of those to trust instead of Java's own
 * @param proxy of HTTP, for everything but the metadata server
 * @param metadataHost where the metadata server is, host or host:port
 * @param connectTimeout bound of connecting
 * @param answerTimeout bound of waiting for the next byte
 * @param userProject project that pays for requests to a bucket of somebody else
 */
record Connection(
        URI endpoint,
        Optional<Path> certificateAuthorities,
        Optional<InetSocketAddress> proxy,
        Optional<String> metadataHost,
        Duration connectTimeout,
        Duration answerTimeout,
        Optional<String> userProject) {
    static Connection standard() {
        return new Connection(
                URI.create("https://storage.googleapis.com/"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                Optional.empty());
    }

    Connection withEndpoint(URI wanted) {
        return new Connection(
                wanted, certificateAuthorities, proxy, metadataHost, connectTimeout, answerTimeout, userProject);
    }

    Connection withCertificateAuthorities(Path wanted) {
        return new Connection(
                endpoint, Optional.of(wanted), proxy, metadataHost, connectTimeout, answerTimeout, userProject);
    }

    Connection withProxy(InetSocketAddress wanted) {
        return new Connection(
                endpoint,
                certificateAuthorities,
                Optional.of(wanted),
                metadataHost,
                connectTimeout,
                answerTimeout,
                userProject);
    }

    Connection withMetadataHost(String wanted) {
        return new Connection(
                endpoint,
                certificateAuthorities,
                proxy,
                Optional.of(wanted),
                connectTimeout,
                answerTimeout,
                userProject);
    }

    Connection withTimeouts(Duration connect, Duration answer) {
        return new Connection(endpoint, certificateAuthorities, proxy, metadataHost, connect, answer, userProject);
    }

    Connection withUserProject(String wanted) {
        return new Connection(
                endpoint,
                certificateAuthorities,
                proxy,
                metadataHost,
                connectTimeout,
                answerTimeout,
                Optional.of(wanted));
    }
}
