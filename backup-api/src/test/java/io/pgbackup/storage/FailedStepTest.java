package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;

/** What Java's own clients say; with certificates the providers are proved. */
class FailedStepTest {
    private static final URI NOWHERE = URI.create("http://no-such-host.invalid/");

    @Test
    void aNameWithoutAnAddressIsTheFirstStep() {
        assertThat(urlConnection(NOWHERE)).contains(FailedStep.NAME);
        assertThat(httpClient(NOWHERE)).contains(FailedStep.NAME);
    }

    @Test
    void aPortOnWhichNobodyListensIsTheSecond() throws IOException {
        URI closed = URI.create("http://127.0.0.1:" + closedPort() + "/");

        assertThat(urlConnection(closed)).contains(FailedStep.CONNECTION);
        assertThat(httpClient(closed)).contains(FailedStep.CONNECTION);
    }

    @Test
    void aPortThatDoesNotSpeakTlsIsNamedSo() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> answerPlainly(plain));
            server.start();

            assertThat(urlConnection(URI.create("https://127.0.0.1:" + plain.getLocalPort() + "/")))
                    .contains(FailedStep.ENCRYPTION);
        }
    }

    @Test
    void theInnermostReasonSaysMost() {
        assertThat(FailedStep.of(handshake(new CertPathBuilderException("no path"))))
                .contains(FailedStep.CERTIFICATE_AUTHORITY);
        assertThat(FailedStep.of(handshake(
                        new CertPathValidatorException("no", new CertificateExpiredException("since yesterday")))))
                .contains(FailedStep.CERTIFICATE_TIME);
        assertThat(FailedStep.of(
                        handshake(new CertificateException("No subject alternative DNS name matching x found."))))
                .contains(FailedStep.CERTIFICATE_HOST);
        assertThat(FailedStep.of(new SSLPeerUnverifiedException("another host")))
                .contains(FailedStep.CERTIFICATE_HOST);
        assertThat(FailedStep.of(new ConnectException("refused"))).contains(FailedStep.CONNECTION);
        assertThat(FailedStep.of(new IOException("reset"))).isEmpty();
    }

    @Test
    void aRefusalIsOfPermissionUnlessItIsOfCredentials() {
        assertThat(new StorageDeniedException("no").failedStep()).contains(FailedStep.PERMISSION);
        assertThat(StorageDeniedException.at(FailedStep.CREDENTIALS, "who?", null)
                        .failedStep())
                .contains(FailedStep.CREDENTIALS);
        assertThat(new StorageUnavailableException("busy", null).failedStep()).isEmpty();
    }

    private static SSLHandshakeException handshake(Exception cause) {
        SSLHandshakeException failure = new SSLHandshakeException("failed");
        failure.initCause(cause);
        return failure;
    }

    private static void answerPlainly(ServerSocket server) {
        try (var socket = server.accept()) {
            socket.getOutputStream()
                    .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            // The client has gone.
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Optional<FailedStep> urlConnection(URI uri) {
        try (var content = new URL(uri.toString()).openStream()) {
            content.readAllBytes();
            return Optional.empty();
        } catch (IOException e) {
            return FailedStep.of(e);
        }
    }

    private static Optional<FailedStep> httpClient(URI uri) {
        try {
            HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
            return Optional.empty();
        } catch (IOException e) {
            return FailedStep.of(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
