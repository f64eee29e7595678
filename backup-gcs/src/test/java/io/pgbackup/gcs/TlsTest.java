package io.pgbackup.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.gcs.testkit.GcsServer;
import io.pgbackup.gcs.testkit.TestCertificate;
import io.pgbackup.gcs.testkit.TunnelProxy;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificate authorities of one's own, and proxies. */
class TlsTest extends ServerTest {
    @TempDir
    private Path directory;

    private Path file(TestCertificate... certificates) throws Exception {
        StringBuilder pem = new StringBuilder("# authorities of this store\n");
        for (TestCertificate certificate : certificates) {
            pem.append(certificate.pem());
        }
        return Files.writeString(directory.resolve("ca.pem"), pem);
    }

    @Test
    void anAuthorityOfOnesOwnIsTrustedAndMayBeOneOfMany() throws Exception {
        TestCertificate right = TestCertificate.make(directory, "localhost");
        TestCertificate other = TestCertificate.make(directory, "localhost");
        try (GcsServer tls = GcsServer.startTls(right.server()).withBucket(BUCKET)) {
            Storage storage = storage(Gcs.anonymous().endpoint(tls.url()).certificateAuthorities(file(other, right)));

            put(storage, KEY);

            assertThat(storage.stat(KEY)).isPresent();
        }
    }

    @Test
    void aWrongAuthorityIsAFaultThatNamesStoreAndFileUntilTheFileIsReplaced() throws Exception {
        TestCertificate right = TestCertificate.make(directory, "localhost");
        TestCertificate wrong = TestCertificate.make(directory, "localhost");
        try (GcsServer tls = GcsServer.startTls(right.server()).withBucket(BUCKET)) {
            Path authorities = file(wrong);
            Storage storage = storage(Gcs.anonymous().endpoint(tls.url()).certificateAuthorities(authorities));

            assertThat(failure(StorageFaultException.class, () -> put(storage, KEY)))
                    .hasMessageContaining("gs://" + BUCKET)
                    .hasMessageContaining(authorities.toString())
                    .hasMessageContaining("not trusted");

            file(right);
            put(storage, KEY);
        }
    }

    @Test
    void javasOwnAuthoritiesDoNotTrustIt() throws Exception {
        TestCertificate right = TestCertificate.make(directory, "localhost");
        try (GcsServer tls = GcsServer.startTls(right.server()).withBucket(BUCKET)) {
            Storage storage = storage(Gcs.anonymous().endpoint(tls.url()));

            failure(StorageFaultException.class, () -> put(storage, KEY));
            assertThat(tls.objects(BUCKET)).isEmpty();
        }
    }

    @Test
    void aCertificateForAnotherHostIsRefused() throws Exception {
        TestCertificate elsewhere = TestCertificate.make(directory, "elsewhere.example");
        try (GcsServer tls = GcsServer.startTls(elsewhere.server()).withBucket(BUCKET)) {
            Storage storage = storage(Gcs.anonymous().endpoint(tls.url()).certificateAuthorities(file(elsewhere)));

            failure(StorageFaultException.class, () -> put(storage, KEY));
            assertThat(tls.objects(BUCKET)).isEmpty();
        }
    }

    @Test
    void aFileWithoutCertificatesIsAFault() throws Exception {
        TestCertificate right = TestCertificate.make(directory, "localhost");
        try (GcsServer tls = GcsServer.startTls(right.server()).withBucket(BUCKET)) {
            Path empty = Files.writeString(directory.resolve("empty.pem"), "");
            for (Path file : List.of(empty, directory.resolve("missing.pem"))) {
                Storage storage = storage(Gcs.anonymous().endpoint(tls.url()).certificateAuthorities(file));
                assertThat(failure(StorageFaultException.class, () -> storage.stat(KEY)))
                        .hasMessageContaining(file.getFileName().toString());
            }
        }
    }

    @Test
    void aProxyIsAskedForTheHostByName() throws Exception {
        TestCertificate certificate = TestCertificate.make(directory, "storage.unknown.example");
        try (GcsServer tls = GcsServer.startTls(certificate.server()).withBucket(BUCKET);
                TunnelProxy proxy = TunnelProxy.start(Map.of("storage.unknown.example:443", tls.url()))) {
            Storage storage = storage(Gcs.anonymous()
                    .endpoint(URI.create("https://storage.unknown.example"))
                    .certificateAuthorities(file(certificate))
                    .proxy("localhost", proxy.port()));

            put(storage, KEY);

            assertThat(proxy.targets()).containsOnly("storage.unknown.example:443");
        }
    }

    @Test
    void aHostWithoutAddressIsUnavailableAndNamed() throws Exception {
        Storage storage = storage(Gcs.anonymous().endpoint(URI.create("https://no-such-host.invalid")));

        assertThat(failure(StorageUnavailableException.class, () -> storage.stat(KEY)))
                .hasMessageContaining("no-such-host.invalid");
    }
}
