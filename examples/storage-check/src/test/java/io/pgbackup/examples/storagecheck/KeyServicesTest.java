package io.pgbackup.examples.storagecheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.keys.KeyWrapper;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys of each key management service open repositories in whatever store, named in settings, with all modules on one class path. */
class KeyServicesTest {
    private static KeyWrapper key(String service, Map<String, String> below) {
        Map<String, String> settings =
                new HashMap<>(Map.of("location", "file:///srv/backup", "encryption-service", service));
        below.forEach((key, value) -> settings.put(service + "." + key, value));
        return Repository.from(settings).key().flatMap(EncryptionKey::wrapper).orElseThrow();
    }

    @Test
    void aKeyOfEachServiceIsNamedInSettings() {
        String google = "projects/acme/locations/europe-west3/keyRings/backup/cryptoKeys/main";
        KeyWrapper aws = key("aws-kms", Map.of("key", "alias/backup", "region", "eu-central-1"));
        KeyWrapper vault = key(
                "azure-key-vault",
                Map.of("vault", "https://acme.vault.azure.net", "key", "backup", "managed-identity", "true"));
        KeyWrapper cloud = key("google-cloud-kms", Map.of("key", google, "metadata-server", "true"));

        assertThat(aws.service() + " " + aws.key()).isEqualTo("aws-kms alias/backup");
        assertThat(vault.service() + " " + vault.key())
                .isEqualTo("azure-key-vault https://acme.vault.azure.net/keys/backup");
        assertThat(cloud.service() + " " + cloud.key()).isEqualTo("google-cloud-kms " + google);
    }
}
