package io.pgbackup.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.BlobServiceVersion;
import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextSettingsTest {

    private static AzureBlob read(Map<String, String> properties) {
        return (AzureBlob) new AzureStorageProvider().configure(properties, TextSettingsTest::secret);
    }

    private static SecretSource secret(String name) {
        if (name.equals("missing")) {
            throw new IllegalArgumentException("no secret has the name missing");
        }
        return SecretSource.environment(name);
    }

    private static Map<String, String> with(Map<String, String> some, String key, String value) {
        Map<String, String> all = new HashMap<>(some);
        all.put(key, value);
        return all;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connection-string=s | connection string",
                "account-key=s | account key",
                "sas-token=s | shared access signature",
                "managed-identity=true | system-assigned managed identity",
                "managed-identity=true client-id=c | managed identity with client id c",
                "managed-identity=true object-id=o | managed identity with object id o",
                "managed-identity=true resource-id=/r | managed identity with resource id /r",
                "workload-identity=true | workload identity of the environment",
                "workload-identity=true tenant-id=t client-id=c token-file=/f | workload identity with client id c",
                "client-secret=s tenant-id=t client-id=c | service principal c with a secret",
                "client-certificate=/f tenant-id=t client-id=c authority=https://login.chinacloudapi.cn/"
                        + " | service principal c with a certificate",
                "default-chain=true managed-identity=false | default chain"
            })
    void readsEveryMethod(String text, String method) {
        Map<String, String> properties = new HashMap<>();
        for (String setting : text.split(" ", -1)) {
            int equals = setting.indexOf('=');
            properties.put(setting.substring(0, equals), setting.substring(equals + 1));
        }

        assertThat(read(properties)).asString().contains(method);
    }

    @Test
    void readsEveryOption() {
        AzureBlob settings = read(Map.of(
                "account-key", "s",
                "shared-access-lifetime", "PT6H",
                "endpoint-suffix", "core.usgovcloudapi.net",
                "trusted-certificates", "/etc/ca.pem",
                "service-version", "2023-11-03",
                "encryption-scope", "backups",
                "immutable-container", "true",
                "tier.bundle", "cool",
                "tier.wal", "cold"));

        assertThat(settings.sharedAccessLifetime()).contains(Duration.ofHours(6));
        assertThat(settings.service().suffix()).isEqualTo("core.usgovcloudapi.net");
        assertThat(settings.service().certificates()).contains(Path.of("/etc/ca.pem"));
        assertThat(settings.service().version()).contains(BlobServiceVersion.V2023_11_03);
        assertThat(settings.service().encryptionScope()).contains("backups");
        assertThat(settings.uploads().locksHonoured()).isTrue();
        assertThat(settings.uploads().tiers())
                .isEqualTo(Map.of(ObjectKind.BUNDLE, AccessTier.COOL, ObjectKind.WAL, AccessTier.COLD));
    }

    @Test
    void twoMethodsAreAConflictThatNamesBoth() {
        assertThatThrownBy(() -> read(Map.of("account-key", "s", "managed-identity", "true")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("account-key")
                .hasMessageContaining("managed-identity");
    }

    @Test
    void noMethodNamesAll() {
        assertThatThrownBy(() -> read(Map.of("managed-identity", "false")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("connection-string")
                .hasMessageContaining("default-chain");
    }

    @Test
    void twoIdsOfAManagedIdentityAreAConflict() {
        assertThatThrownBy(() -> read(Map.of("managed-identity", "true", "client-id", "c", "object-id", "o")))
                .hasMessageContaining("client-id")
                .hasMessageContaining("object-id");
    }

    @ParameterizedTest
    @CsvSource({"acount-key, account-key", "encryption_scope, encryption-scope", "tier.wall, tier.wal", "sas, sas-token"
    })
    void anUnknownKeyNamesTheNearest(String wrong, String right) {
        assertThatThrownBy(() -> read(Map.of("default-chain", "true", wrong, "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + wrong + "'")
                .hasMessageContaining("'" + right + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "shared-access-lifetime, six hours",
        "shared-access-lifetime, P8D",
        "service-version, 1999-01-01",
        "immutable-container, yes",
        "tier.wal, archive",
        "endpoint-suffix, 'not a suffix'",
        "encryption-scope, UPPER",
        "client-id, leftover"
    })
    void aValueThatIsNotUnderstoodNamesItsKey(String key, String value) {
        assertThatThrownBy(() -> read(with(Map.of("account-key", "s"), key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key);
    }

    @Test
    void aSignatureCannotSign() {
        assertThatThrownBy(() -> read(Map.of("sas-token", "s", "shared-access-lifetime", "PT6H")))
                .hasMessageContaining("shared-access-lifetime")
                .hasMessageContaining("cannot sign");
    }

    @Test
    void aMissingPartNamesMethodAndPart() {
        assertThatThrownBy(() -> read(Map.of("client-secret", "s", "client-id", "c")))
                .hasMessageContaining("client-secret")
                .hasMessageContaining("tenant-id");
    }

    @Test
    void aSecretThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> read(Map.of("account-key", "missing"))).hasMessageContaining("missing");
    }

    @Test
    void printsNoSecret() {
        assertThat(AzureBlob.accountKey(SecretSource.value("planted".toCharArray())))
                .asString()
                .doesNotContain("planted");
    }
}
