package io.pgbackup.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Secret;
import io.pgbackup.azure.testkit.LoopbackCertificate;
import io.pgbackup.azure.testkit.TokenService;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.KeyWrapperProvider;
import io.pgbackup.keys.WrappedKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key of a vault from text, found on the class path. */
class VaultSettingsTest {
    private static final KeyBinding SLOT = new KeyBinding("00112233445566778899aabbccddeeff", 1, 0);

    @TempDir
    private Path directory;

    private static KeyWrapper key(Map<String, String> settings) {
        return ServiceLoader.load(KeyWrapperProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.service().equals("azure-key-vault"))
                .findFirst()
                .orElseThrow()
                .configure(settings, Emulator::secret);
    }

    /** Only that the vault is on loopback is said besides: elsewhere no vault but Azure's gets a token. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aKeyFromTextWrapsAndUnwraps(boolean symmetric) throws Exception {
        LoopbackCertificate certificate = LoopbackCertificate.in(directory);
        try (TokenService tokens = TokenService.start(certificate, Duration.ofHours(1), InstantSource.system());
                VaultServer server = new VaultServer(certificate, tokens);
                Secret plain = Secret.of(new byte[32])) {
            if (symmetric) {
                server.rotateSymmetric("backup");
            } else {
                server.rotate("backup");
            }
            VaultSettings settings = new VaultSettings(
                    Map.of(
                            "vault",
                            server.url(),
                            "key",
                            "backup",
                            "symmetric",
                            Boolean.toString(symmetric),
                            "trusted-certificates",
                            certificate.certificate().toString(),
                            "client-secret",
                            "secret",
                            "tenant-id",
                            TokenService.TENANT,
                            "client-id",
                            "client",
                            "authority",
                            tokens.url()),
                    Emulator::secret);
            KeyWrapper key = settings.key(settings.vault().anywhere());

            WrappedKey wrapped = key.wrap(plain, SLOT);

            try (Secret unwrapped = key.unwrap(wrapped, SLOT).orElseThrow()) {
                assertThat(unwrapped.use(byte[]::clone)).isEqualTo(new byte[32]);
            }
        }
    }

    @Test
    void theProviderReadsTheSame() {
        KeyWrapper key = key(Map.of("vault", "https://x.vault.azure.net", "key", "backup", "managed-identity", "true"));

        assertThat(key.service()).isEqualTo("azure-key-vault");
        assertThat(key.key()).isEqualTo("https://x.vault.azure.net/keys/backup");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "valt=x | did you mean 'vault'",
                "tier.wal=cold | unknown setting 'tier.wal'",
                "account-key=x | unknown setting 'account-key'",
                "default-chain=true | in conflict: managed-identity, default-chain",
                "managed-identity=false | none is given",
                "symmetric=yes | symmetric is true or false",
                "tenant-id=x | do not belong to the chosen method",
                "vault=http://x.vault.azure.net | no vault such as",
                "key=a/b | no name of a key"
            })
    void whatIsWrongIsSaid(String setting, String message) {
        Map<String, String> settings = new HashMap<>(
                Map.of("vault", "https://x.vault.azure.net", "key", "backup", "managed-identity", "true"));
        settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));

        assertThatThrownBy(() -> key(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
