package io.pgbackup.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Secret;
import io.pgbackup.gcs.testkit.TestCertificate;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.KeyWrapperProvider;
import io.pgbackup.keys.WrappedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key of Cloud KMS from text, found on the class path. */
class CloudKmsSettingsTest {
    private static final String KEY = CloudKmsServer.RING + "main";
    private static final KeyBinding SLOT = new KeyBinding("00112233445566778899aabbccddeeff", 1, 0);

    @TempDir
    private Path directory;

    private final String token = Tokens.random();

    private KeyWrapper key(Map<String, String> settings) {
        return ServiceLoader.load(KeyWrapperProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.service().equals("google-cloud-kms"))
                .findFirst()
                .orElseThrow()
                .configure(settings, name -> Tokens.source(name.equals("token") ? token : "unknown"));
    }

    @Test
    void aKeyFromTextWrapsAndUnwraps() throws Exception {
        TestCertificate certificate = TestCertificate.make(directory, "localhost");
        Path authority = Files.writeString(directory.resolve("ca.pem"), certificate.pem());
        try (CloudKmsServer server = new CloudKmsServer(token, certificate.server());
                Secret plain = Secret.of(new byte[32])) {
            server.rotate(KEY);
            KeyWrapper key = key(Map.of(
                    "key",
                    KEY,
                    "endpoint",
                    server.uri().toString(),
                    "certificate-authorities",
                    authority.toString(),
                    "access-token",
                    "token"));

            WrappedKey wrapped = key.wrap(plain, SLOT);

            assertThat(wrapped.wrappedBy()).isEqualTo(KEY + "/cryptoKeyVersions/1");
            try (Secret unwrapped = key.unwrap(wrapped, SLOT).orElseThrow()) {
                assertThat(unwrapped.use(byte[]::clone)).isEqualTo(new byte[32]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kee=x | the nearest is 'key'",
                "user-project=x | 'user-project' is not a setting of google-cloud-kms",
                "plain-http-endpoint=http://x | is not a setting",
                "storage-class.wal=COLDLINE | is not a setting",
                "anonymous=true | anonymous() will not do",
                "key=main | does not have the form"
            })
    void whatIsWrongIsSaid(String setting, String message) {
        Map<String, String> settings = new HashMap<>(Map.of("key", KEY));
        settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));

        assertThatThrownBy(() -> key(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> key(Map.of())).hasMessageContaining("key is missing");
    }
}
