package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageRegistryTest {
    private static final StorageLocation LOCATION = StorageLocation.parse("acme://place");

    private final List<ProviderConfig> opened = new ArrayList<>();
    private final StorageRegistry registry =
            StorageRegistry.of(List.of(new MemoryStorageProvider(), new AcmeProvider()));

    private final class AcmeProvider implements StorageProvider {
        @Override
        public String scheme() {
            return "acme";
        }

        @Override
        public Storage open(StorageLocation location, ProviderConfig config, StorageContext context) {
            opened.add(config);
            return new MemoryStorage(context.clock());
        }

        @Override
        public ProviderConfig configure(Map<String, String> properties, SecretResolver secrets) {
            return ProviderConfig.none();
        }
    }

    @Test
    void findsTheProvidersOfThisModule() {
        assertThat(StorageRegistry.discover().schemes()).contains("file", "memory");
    }

    @Test
    void findsThemAlsoUnderAForeignContextClassLoader() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try {
            thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            assertThat(StorageRegistry.discover().schemes()).contains("file", "memory");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void opensBySchemeWhateverItsCase() throws Exception {
        registry.open(StorageLocation.parse("ACME://place"), ProviderConfig.none(), StorageContext.system())
                .close();

        assertThat(opened).containsExactly(ProviderConfig.none());
    }

    @Test
    void handsOnSettingsOfTheSameScheme() throws Exception {
        ProviderConfig config = () -> "acme";

        registry.open(LOCATION, config, StorageContext.system()).close();

        assertThat(opened).containsExactly(config);
    }

    @Test
    void refusesSettingsOfAnotherScheme() {
        assertThatThrownBy(() -> registry.open(LOCATION, () -> "s3", StorageContext.system()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("acme")
                .hasMessageContaining("s3");
        assertThat(opened).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"s3,backup-s3", "azure,backup-azure", "gs,backup-gcs", "sftp,backup-sftp"})
    void namesTheArtifactToAdd(String scheme, String artifact) {
        assertThatThrownBy(() -> registry.provider(StorageLocation.parse(scheme + "://place")))
                .isInstanceOfSatisfying(ConfigurationException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_SCHEME);
                    assertThat(failure).hasMessageContaining("acme, memory");
                    assertThat(failure.hint()).contains("io.pgbackup:" + artifact);
                });
    }

    @Test
    void admitsThatItDoesNotKnowAScheme() {
        assertThatThrownBy(() -> StorageRegistry.of(List.of()).provider(StorageLocation.parse("ftp://place")))
                .isInstanceOfSatisfying(ConfigurationException.class, failure -> {
                    assertThat(failure).hasMessageContaining("found: none");
                    assertThat(failure.hint()).contains("spelling");
                });
    }

    @Test
    void refusesTwoProvidersOfOneScheme() {
        StorageRegistry doubled = StorageRegistry.of(List.of(new AcmeProvider(), new AcmeProvider()));

        assertThatThrownBy(() -> doubled.provider(LOCATION))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("more than one")
                .hasMessageContaining(AcmeProvider.class.getName());
    }

    @Test
    void otherSchemesWorkBesideADoubledOne() {
        StorageRegistry doubled =
                StorageRegistry.of(List.of(new AcmeProvider(), new AcmeProvider(), new MemoryStorageProvider()));

        assertThat(doubled.provider(StorageLocation.parse("memory:x"))).isInstanceOf(MemoryStorageProvider.class);
    }
}
