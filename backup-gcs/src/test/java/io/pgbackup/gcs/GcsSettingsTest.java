package io.pgbackup.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.StorageProvider;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings in code and as text. */
class GcsSettingsTest {
    private static final String KMS = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
    private static final SecretResolver SECRETS = name -> {
        if (!name.equals("vault-entry")) {
            throw new IllegalArgumentException("there is no secret " + name);
        }
        return Tokens.source("the secret value");
    };

    private static Gcs read(String... pairs) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (int index = 0; index < pairs.length; index += 2) {
            properties.put(pairs[index], pairs[index + 1]);
        }
        return (Gcs) new GcsStorageProvider().configure(properties, SECRETS);
    }

    @Test
    void theProviderIsFoundByItsScheme() {
        assertThat(ServiceLoader.load(StorageProvider.class))
                .filteredOn(provider -> provider.scheme().equals("gs"))
                .hasSize(1);
    }

    @Test
    void settingsOfAnotherProviderAreRefused() {
        ProviderConfig other = () -> "s3";

        assertThatThrownBy(() -> new GcsStorageProvider()
                        .open(
                                io.pgbackup.storage.StorageLocation.parse("gs://bucket"),
                                other,
                                io.pgbackup.storage.StorageContext.system()))
                .hasMessageContaining("not of Gcs");
    }

    @ParameterizedTest
    @CsvSource({
        "metadata-server, true, MetadataServer",
        "service-account, vault-entry, ServiceAccount",
        "external-account, vault-entry, ExternalAccount",
        "access-token, vault-entry, AccessToken",
        "application-default, true, ApplicationDefault",
        "anonymous, true, Anonymous",
        "metadata-server, false, ApplicationDefault"
    })
    void eachWayToAuthenticateHasAKey(String key, String value, String method) {
        assertThat(read(key, value).authentication().getClass().getSimpleName()).isEqualTo(method);
    }

    @Test
    void everyOtherKeyIsRead() {
        Gcs gcs = read(
                "endpoint", "https://storage.example:8443/",
                "certificate-authorities", "/etc/ca.pem",
                "proxy", "proxy.example:3128",
                "metadata-host", "127.0.0.1:988",
                "connect-timeout", "PT3S",
                "answer-timeout", "PT40S",
                "user-project", "acme",
                "kms-key", KMS,
                "event-based-holds", "true",
                "storage-class.bundle", "COLDLINE",
                "storage-class.wal", "NEARLINE");

        assertThat(gcs.connection().endpoint()).isEqualTo(URI.create("https://storage.example:8443/"));
        assertThat(gcs.connection().certificateAuthorities()).contains(Path.of("/etc/ca.pem"));
        assertThat(gcs.connection().proxy().orElseThrow().getPort()).isEqualTo(3128);
        assertThat(gcs.connection().metadataHost()).contains("127.0.0.1:988");
        assertThat(gcs.connection().connectTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(gcs.connection().answerTimeout()).isEqualTo(Duration.ofSeconds(40));
        assertThat(gcs.connection().userProject()).contains("acme");
        assertThat(gcs.objects().encryption()).isEqualTo(new ObjectOptions.KmsKey(KMS));
        assertThat(gcs.objects().eventBasedHolds()).isTrue();
        assertThat(gcs.objects().storageClasses())
                .isEqualTo(Map.of(ObjectKind.BUNDLE, "COLDLINE", ObjectKind.WAL, "NEARLINE"));
        assertThat(read("customer-key", "vault-entry").objects().encryption())
                .isInstanceOf(ObjectOptions.CustomerKey.class);
        assertThat(read("plain-http-endpoint", "http://localhost:4443")
                        .connection()
                        .endpoint())
                .isEqualTo(URI.create("http://localhost:4443/"));
    }

    @ParameterizedTest
    @CsvSource({
        "service-acount, service-account",
        "storage-class.bundles, storage-class.bundle",
        "Endpoint, endpoint",
        "conect-timeout, connect-timeout"
    })
    void anUnknownKeyIsAnErrorThatNamesTheNearest(String key, String nearest) {
        assertThatThrownBy(() -> read(key, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + key + "'")
                .hasMessageContaining("'" + nearest + "'");
    }

    @Test
    void twoWaysToAuthenticateAreRefusedByName() {
        assertThatThrownBy(() -> read("metadata-server", "true", "access-token", "vault-entry"))
                .hasMessageContaining("metadata-server, access-token");
    }

    @ParameterizedTest
    @CsvSource({
        "endpoint, http://storage.example",
        "endpoint, https://storage.example/path",
        "endpoint, https://user@storage.example",
        "endpoint, https://storage.example?x=y",
        "endpoint, storage.example",
        "endpoint, :not a url:",
        "plain-http-endpoint, https://storage.example",
        "proxy, proxy.example",
        "proxy, proxy.example:0",
        "proxy, proxy.example:70000",
        "metadata-host, http://169.254.169.254/",
        "connect-timeout, 3 seconds",
        "connect-timeout, PT0S",
        "answer-timeout, -PT1S",
        "user-project, ' '",
        "kms-key, my-key",
        "event-based-holds, yes",
        "anonymous, 1",
        "storage-class.wal, cold",
        "service-account, nobody-knows",
        "service-account, ' '"
    })
    void aValueOutOfRangeIsRefused(String key, String value) {
        assertThatThrownBy(() -> read(key, value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatExcludesEachOtherIsRefused() {
        assertThatThrownBy(() -> read("kms-key", KMS, "customer-key", "vault-entry"))
                .hasMessageContaining("exclude each other");
        assertThatThrownBy(() -> read("endpoint", "https://a", "plain-http-endpoint", "http://a"))
                .hasMessageContaining("exclude each other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"service-account", "external-account", "access-token", "customer-key"})
    void settingsArePrintedWithoutSecrets(String key) {
        assertThat(read(key, "vault-entry").toString()).doesNotContain("the secret value");
    }
}
