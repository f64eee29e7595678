package io.pgbackup.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.Secret;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyWrapper;
import io.pgbackup.keys.KeyWrapperProvider;
import io.pgbackup.keys.WrappedKey;
import io.pgbackup.keys.testkit.MemoryKeyService;
import io.pgbackup.storage.SecretResolver;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys of a service named in settings, with a service of the class path that is in memory. */
class KeyServiceSettingsTest {
    private static final MemoryKeyService SERVICE =
            new MemoryKeyService().rotate("main").rotate("other");

    private static final KeyBinding SLOT = new KeyBinding("00112233445566778899aabbccddeeff", 1, 0);

    @TempDir
    private Path directory;

    private ClassLoader before;

    /** What a module of a key management service registers. */
    public static final class Provider implements KeyWrapperProvider {
        @Override
        public String service() {
            return "memory";
        }

        @Override
        public KeyWrapper configure(Map<String, String> properties, SecretResolver secrets) {
            if (!properties.keySet().equals(Set.of("key"))) {
                throw new IllegalArgumentException("there is only key, not " + properties.keySet());
            }
            return SERVICE.key(Optional.ofNullable(properties.get("key")).orElseThrow());
        }
    }

    @BeforeEach
    void register() throws Exception {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(KeyWrapperProvider.class.getName()), Provider.class.getName());
        before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread()
                .setContextClassLoader(
                        new URLClassLoader(new URL[] {directory.toUri().toURL()}, before));
    }

    @AfterEach
    void unregister() throws Exception {
        ((URLClassLoader) Thread.currentThread().getContextClassLoader()).close();
        Thread.currentThread().setContextClassLoader(before);
    }

    private static Map<String, String> settings(String... more) {
        Map<String, String> settings =
                new HashMap<>(Map.of("location", "file:///x", "encryption-service", "memory", "memory.key", "main"));
        for (String setting : more) {
            if (setting.startsWith("encryption-service=")) {
                settings.remove("memory.key");
            }
            settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return settings;
    }

    @Test
    void theKeyThatIsNamedOpensTheRepositoryAndAnotherDoesNot() throws Exception {
        EncryptionKey main = Repository.from(settings()).key().orElseThrow();
        KeyWrapper other = Repository.from(settings("memory.key=other"))
                .key()
                .flatMap(EncryptionKey::wrapper)
                .orElseThrow();

        assertThat(main.kind()).isEqualTo(EncryptionKey.Kind.SERVICE);
        try (Secret plain = Secret.of(new byte[32])) {
            WrappedKey wrapped = main.wrapper().orElseThrow().wrap(plain, SLOT);
            assertThat(main.wrapper().orElseThrow().unwrap(wrapped, SLOT)).isPresent();
            assertThat(other.unwrap(wrapped, SLOT)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "encryption-service=aws-kmz | nothing on the class path provides | Did you mean 'aws-kms'?",
                "encryption-service=aws-kms | nothing on the class path provides | backup-s3",
                "aws-kms.key=alias/x | aws-kms.key without encryption-service=aws-kms | Say encryption-service",
                "encryption-key=env:KEY | encryption-key and encryption-service | one of",
                "memory.keys=x | below 'memory.': there is only key | README",
                "memry.key=x | 'memry.key' is not a setting | memory."
            })
    void whatIsWrongIsSaid(String setting, String message, String hint) {
        ConfigurationException failure =
                catchThrowableOfType(ConfigurationException.class, () -> Repository.from(settings(setting)));

        assertThat(failure).hasMessageContaining(message);
        assertThat(failure.hint()).contains(hint);
    }
}
