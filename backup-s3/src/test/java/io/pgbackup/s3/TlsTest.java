package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores with a certificate of a private authority. Certificates are made for each run. */
class TlsTest {
    private static final ObjectKey KEY = ObjectKey.of("object");
    private static final char[] PASSWORD = "only for this run".toCharArray();

    @TempDir
    private static Path directory;

    private static KeyStore first;
    private static KeyStore second;

    @BeforeAll
    static void makeCertificates() throws Exception {
        first = certificate("first");
        second = certificate("second");
    }

    private static KeyStore certificate(String name) throws Exception {
        Path file = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:localhost",
                        "-ext",
                        "bc:critical=ca:true",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(output).isZero();
        try (InputStream stream = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(stream, PASSWORD);
            return store;
        }
    }

    private static String pem(KeyStore store) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(store.getCertificate("server").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private static ScriptedServer server(KeyStore store) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return ScriptedServer.secure(context).then(404, ScriptedServer.error("NoSuchKey"));
    }

    private static S3 settings(URI endpoint) {
        return S3.accessKey("key", Buckets.secret("secret")).endpoint(endpoint);
    }

    private static Storage open(S3 settings) throws StorageException {
        return Buckets.open("s3://backups/path", settings);
    }

    @Test
    void theAuthorityOfTheStoreIsTrusted() throws Exception {
        Path authority = Files.writeString(directory.resolve("right.pem"), pem(first));
        try (ScriptedServer server = server(first);
                Storage storage = open(settings(server.uri()).certificateAuthority(authority))) {
            assertThat(storage.stat(KEY)).isEmpty();
        }
    }

    @Test
    void oneOfSeveralAuthoritiesInAFileIsEnough() throws Exception {
        Path authorities =
                Files.writeString(directory.resolve("both.pem"), "# ours\n" + pem(second) + "\n" + pem(first));
        try (ScriptedServer server = server(first);
                Storage storage = open(settings(server.uri()).certificateAuthority(authorities))) {
            assertThat(storage.stat(KEY)).isEmpty();
        }
    }

    @Test
    void anotherAuthorityIsAFaultThatNamesTheStoreAndTheCure() throws Exception {
        Path wrong = Files.writeString(directory.resolve("wrong.pem"), pem(second));
        try (ScriptedServer server = server(first);
                Storage storage = open(settings(server.uri()).certificateAuthority(wrong));
                Storage ofTheJvm = open(settings(server.uri()))) {
            for (Storage untrusting : List.of(storage, ofTheJvm)) {
                assertThatThrownBy(() -> untrusting.stat(KEY))
                        .isInstanceOf(StorageFaultException.class)
                        .hasMessageContaining("s3://backups/path")
                        .hasMessageContaining("certificateAuthority(file)");
            }
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void anAuthorityFileThatIsMissingOrEmptyIsNamed() throws Exception {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        try (ScriptedServer server = server(first)) {
            for (Path file : List.of(directory.resolve("absent.pem"), empty)) {
                try (Storage storage = open(settings(server.uri()).certificateAuthority(file))) {
                    assertThatThrownBy(() -> storage.stat(KEY))
                            .isInstanceOf(StorageFaultException.class)
                            .hasMessageContaining(file.toString());
                }
            }
        }
    }

    @Test
    void anAuthorityThatIsReplacedIsTrustedFromTheNextConnectionOn() throws Exception {
        Path authority = Files.writeString(directory.resolve("replaced.pem"), pem(second));
        try (ScriptedServer server = server(first);
                Storage storage = open(settings(server.uri()).certificateAuthority(authority))) {
            assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageFaultException.class);

            Files.writeString(authority, pem(first));

            assertThat(storage.stat(KEY)).isEmpty();
        }
    }

    @Test
    void aCertificateOfAnotherHostIsRefused() throws Exception {
        Path authority = Files.writeString(directory.resolve("host.pem"), pem(first));
        try (ScriptedServer server = server(first)) {
            URI byAddress = URI.create("https://127.0.0.1:" + server.uri().getPort());
            try (Storage storage = open(settings(byAddress).certificateAuthority(authority))) {
                assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageFaultException.class);
                assertThat(server.requests()).isEmpty();
            }
        }
    }

    @Test
    void aCustomerKeyGoesAlongWithEveryRequest() throws Exception {
        Path authority = Files.writeString(directory.resolve("customer.pem"), pem(first));
        byte[] key = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        S3Encryption encryption = S3Encryption.customerKey(Buckets.secret(new String(key, StandardCharsets.US_ASCII)));
        try (ScriptedServer server = server(first)) {
            try (Storage storage =
                    open(settings(server.uri()).certificateAuthority(authority).encryptedByStore(encryption))) {
                storage.stat(KEY);
                ((S3Storage) storage).waiveConditions();
                assertThatThrownBy(() ->
                                storage.create(KEY, Payload.of(new byte[1]), ObjectAttributes.of(ObjectKind.BUNDLE)))
                        .isInstanceOf(StorageException.class);
            }
            assertThat(server.requests())
                    .extracting(ScriptedServer.Request::method)
                    .containsExactly("HEAD", "GET", "PUT");
            for (ScriptedServer.Request request : server.requests()) {
                assertThat(request.header("x-amz-server-side-encryption-customer-algorithm"))
                        .isEqualTo("AES256");
                assertThat(request.header("x-amz-server-side-encryption-customer-key"))
                        .isEqualTo(Base64.getEncoder().encodeToString(key));
                assertThat(request.header("x-amz-server-side-encryption-customer-key-md5"))
                        .hasSize(24);
            }
        }
    }

    /** The client's own first message says which versions it would speak: 1.3 and 1.2, whatever the JVM was told to allow. */
    @Test
    void nothingOlderThanTls12IsOffered() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<byte[]> hello = CompletableFuture.supplyAsync(() -> firstBytes(listening));
            URI endpoint = URI.create("https://localhost:" + listening.getLocalPort());
            try (Storage storage = open(settings(endpoint))) {
                assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageException.class);
            }

            String bytes = HexFormat.of().formatHex(hello.get(20, TimeUnit.SECONDS));
            // The extension supported_versions (43), with its list and nothing else in it.
            assertThat(bytes).contains("002b0005" + "04" + "0304" + "0303");
        }
    }

    private static byte[] firstBytes(ServerSocket listening) {
        try (Socket connection = listening.accept()) {
            byte[] bytes = new byte[4096];
            int count = connection.getInputStream().read(bytes);
            return java.util.Arrays.copyOf(bytes, Math.max(count, 0));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
