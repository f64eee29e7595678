package io.pgbackup.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Cluster;
import io.pgbackup.Compression;
import io.pgbackup.EncryptionKey;
import io.pgbackup.ObjectLock;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ProviderConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositorySettingsTest {
    @TempDir
    private Path directory;

    @Test
    void theLeastIsAPlaceAndWhetherItIsEncrypted() {
        Repository repository = Repository.from(Map.of("location", "file:///srv/backup", "unencrypted", "true"));

        assertThat(repository.location().toString()).isEqualTo("file:///srv/backup");
        assertThat(repository.name()).isEqualTo("file:///srv/backup");
        assertThat(repository.key()).isEmpty();
        assertThat(repository.compression()).isEqualTo(Compression.lz4());
        assertThat(repository.lock()).isEmpty();
        assertThat(repository.config()).isSameAs(ProviderConfig.none());
    }

    @Test
    void everythingCanBeSaid() throws IOException {
        Path passphrase = Files.writeString(directory.resolve("passphrase"), "over the hills\n");
        Repository repository = Repository.from(Map.of(
                "location", "memory:all",
                "name", "offsite",
                "encryption-passphrase", "file:" + passphrase,
                "compression", "zstd",
                "compression-level", "7",
                "lock", "governance",
                "lock-at-least", "P30D",
                "lock-chain", "PT12H"));

        assertThat(repository.name()).isEqualTo("offsite");
        assertThat(repository.key().map(EncryptionKey::kind)).contains(EncryptionKey.Kind.PASSPHRASE);
        assertThat(repository.key().flatMap(EncryptionKey::source).map(RepositorySettingsTest::text))
                .contains("over the hills");
        assertThat(repository.compression()).isEqualTo(Compression.zstd(7));
        assertThat(repository.lock().map(ObjectLock::atLeast)).contains(Duration.ofDays(30));
        assertThat(repository.lock().map(ObjectLock::chain)).contains(Duration.ofHours(12));
    }

    @Test
    void aRepositoryFromPropertiesIsOpened() throws IOException {
        Path key = Files.writeString(directory.resolve("key"), "0123456789abcdef".repeat(4) + "\n");
        Properties defaults = new Properties();
        defaults.setProperty("encryption-key", "file:" + key);
        Properties properties = new Properties(defaults);
        properties.setProperty("location", "memory:" + UUID.randomUUID());
        Repository repository = Repository.from(properties);

        try (PgBackup pg = PgBackup.of(Cluster.from(Map.of("name", "main")))
                .repository(repository)
                .build()) {
            assertThatThrownBy(() -> pg.info(repository))
                    .isInstanceOfSatisfying(
                            RepositoryException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.REPOSITORY_MISSING));
        }
    }

    @Test
    void aKeyOfThirtyTwoBytesIsTakenAsItIs() throws IOException {
        byte[] key = new byte[32];
        key[31] = '\n';
        Path file = Files.write(directory.resolve("key"), key);

        Repository repository = Repository.from(Map.of("location", "memory:raw", "encryption-key", "file:" + file));

        try (Secret secret =
                repository.key().flatMap(EncryptionKey::source).orElseThrow().obtain()) {
            assertThat(secret.use(byte[]::clone)).isEqualTo(key);
        }
    }

    @Test
    void anApplicationNamesItsSecretsAsItLikes() {
        Map<String, String> settings = Map.of("location", "memory:vault", "encryption-passphrase", "vault/backup#7");

        Repository repository = Repository.from(settings, name -> SecretSource.value(name.toCharArray()));

        assertThat(repository.key().flatMap(EncryptionKey::source).map(RepositorySettingsTest::text))
                .contains("vault/backup#7");
    }

    @ParameterizedTest
    @CsvSource({
        "locaton, location",
        "encryption-pasphrase, encryption-passphrase",
        "compresion, compression",
        "memry.x, memory.*",
        "lock-atleast, lock-at-least"
    })
    void anUnknownKeyIsAnErrorThatNamesTheNearest(String key, String nearest) {
        ConfigurationException failure = refused(Map.of("location", "memory:x", "unencrypted", "true", key, "secret"));

        assertThat(failure).hasMessageContaining("'" + key + "'").hasMessageNotContaining("secret");
        assertThat(failure.hint()).contains("Did you mean '" + nearest + "'?");
    }

    @Test
    void aMisspeltLocationIsNotCalledMissing() {
        ConfigurationException failure = refused(Map.of("lokation", "memory:x", "unencrypted", "true"));

        assertThat(failure).hasMessageContaining("'lokation' is not a setting");
        assertThat(refused(Map.of("unencrypted", "true"))).hasMessageContaining("location is missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "compression | gzip | compression is 'gzip' | lz4, none, zstd",
                "compression-level | 20 | compression-level is '20' | 1 to 19",
                "compression-level | fast | compression-level is 'fast' | 1 to 19",
                "compression-level | 3 | belongs to compression=zstd | zstd",
                "unencrypted | yes | unencrypted is 'yes' | false, true",
                "lock | forever | lock is 'forever' | compliance, governance",
                "lock | governance | lock-at-least is missing | P30D",
                "lock-chain | P1D | lock-chain without lock | compliance",
                "name | '  ' | value of name is blank | leave the key out",
                "name | 'x ' | has blanks around | without blanks"
            })
    void aWrongValueIsAnErrorThatSaysWhatIsAllowed(String key, String value, String message, String hint) {
        Map<String, String> settings = new HashMap<>(Map.of("location", "memory:x", "encryption-key", "env:KEY"));
        settings.put(key, value);

        ConfigurationException failure = refused(settings);

        assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(failure).hasMessageContaining(message);
        assertThat(failure.hint()).contains(hint);
    }

    @Test
    void theLocksLengthIsADuration() {
        ConfigurationException failure = refused(Map.of(
                "location", "memory:x", "unencrypted", "true", "lock", "compliance", "lock-at-least", "30 days"));

        assertThat(failure).hasMessageContaining("lock-at-least is '30 days'");
        assertThat(failure.hint()).contains("P30D");
    }

    @Test
    void encryptionIsChosenExactlyOnce() {
        assertThat(refused(Map.of("location", "memory:x"))).hasMessageContaining("not by none");
        assertThat(refused(Map.of("location", "memory:x", "unencrypted", "false")))
                .hasMessageContaining("not by none");
        assertThat(refused(Map.of("location", "memory:x", "unencrypted", "true", "encryption-key", "env:KEY")))
                .hasMessageContaining("encryption-key and unencrypted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"correct horse", "file:relative/path", "env:not a name", "env:", "file:", "https://vault"})
    void aSecretIsOnlyReferredToAndNotRepeated(String value) {
        ConfigurationException failure = refused(Map.of("location", "memory:x", "encryption-passphrase", value));

        assertThat(failure).hasMessageContaining("encryption-passphrase").hasMessageContaining("env:NAME");
        assertThat(failure).hasMessageNotContaining(value + "'");
        assertThat(failure.getMessage() + failure.hint()).doesNotContain("correct horse");
    }

    @Test
    void aProvidersComplaintNamesWhereItBelongs() {
        ConfigurationException failure =
                refused(Map.of("location", "memory:x", "unencrypted", "true", "memory.size", "3"));

        assertThat(failure).hasMessageContaining("below 'memory.'").hasMessageContaining("size");
    }

    @Test
    void aLocationThatIsNoneIsSaidSo() {
        assertThat(refused(Map.of("location", "/srv/backup", "unencrypted", "true")))
                .hasMessageContaining("location: ")
                .hasMessageContaining("scheme");
        assertThatThrownBy(() -> Repository.from(Map.of("location", "ftp://x/y", "unencrypted", "true")))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_SCHEME));
    }

    private static ConfigurationException refused(Map<String, String> settings) {
        return catchThrowableOfType(ConfigurationException.class, () -> Repository.from(settings));
    }

    private static String text(SecretSource source) {
        try (Secret secret = source.obtain()) {
            return secret.use(bytes -> new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
