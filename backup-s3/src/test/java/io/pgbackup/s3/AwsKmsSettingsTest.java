package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.KeyWrapperProvider;
import io.pgbackup.keys.WrappedKey;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key of AWS KMS from text, found on the class path. */
class AwsKmsSettingsTest {
    private static final String ID = "11111111-2222-3333-4444-555555555555";
    private static final KeyBinding SLOT = new KeyBinding("00112233445566778899aabbccddeeff", 1, 0);

    private final String secret = UUID.randomUUID().toString();

    private KeyWrapper key(Map<String, String> settings) {
        return ServiceLoader.load(KeyWrapperProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.service().equals("aws-kms"))
                .findFirst()
                .orElseThrow()
                .configure(settings, name -> Buckets.secret(name.equals("of-main") ? secret : "unknown"));
    }

    @Test
    void aKeyFromTextWrapsAndUnwraps() throws Exception {
        try (KmsServer server = new KmsServer();
                Secret plain = Secret.of(new byte[32])) {
            server.user("AKIDMAIN", secret);
            server.rotate(ID);
            server.alias("alias/backup", ID);
            KeyWrapper key = key(Map.of(
                    "key", "alias/backup",
                    "endpoint", server.uri().toString(),
                    "allow-plain-http", "true",
                    "region", KmsServer.REGION,
                    "access-key-id", "AKIDMAIN",
                    "secret-access-key", "of-main"));

            WrappedKey wrapped = key.wrap(plain, SLOT);

            assertThat(key.service()).isEqualTo("aws-kms");
            try (Secret unwrapped = key.unwrap(wrapped, SLOT).orElseThrow()) {
                assertThat(unwrapped.use(byte[]::clone)).isEqualTo(new byte[32]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key= | the setting key is empty",
                "regoin=eu-west-1 | did you mean 'region'",
                "storage-class.wal=GLACIER | 'storage-class.wal' is not known",
                "addressing=path | 'addressing' is not known",
                "endpoint=http://kms.example | without TLS",
                "authentication=anonymous | anonymous() will not do",
                "key=no key | no id, ARN or alias"
            })
    void whatIsWrongIsSaid(String setting, String message) {
        Map<String, String> settings = new HashMap<>(Map.of("key", "alias/backup", "region", "eu-central-1"));
        settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));

        assertThatThrownBy(() -> key(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> key(Map.of("region", "eu-central-1"))).hasMessageContaining("key is missing");
    }
}
