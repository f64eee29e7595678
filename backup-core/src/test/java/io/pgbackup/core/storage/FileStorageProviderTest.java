package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileStorageProviderTest {
    private final FileStorageProvider provider = new FileStorageProvider();

    private Storage open(String location) throws StorageException {
        return provider.open(StorageLocation.parse(location), ProviderConfig.none(), StorageContext.system());
    }

    @Test
    void opensADirectory(@TempDir Path directory) throws Exception {
        try (Storage storage = open(directory.resolve("with space").toUri().toString())) {
            storage.create(ObjectKey.of("object"), Payload.of(new byte[1]), ObjectAttributes.of(ObjectKind.WAL));
        }
        assertThat(directory.resolve("with space/object")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///srv/backup", "file:/srv/backup", "FILE:///srv/backup", "file:///srv/backup/"})
    void understandsAbsolutePaths(String location) throws Exception {
        try (Storage storage = open(location)) {
            assertThat(storage).hasToString("directory /srv/backup");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:relative",
                "file://host/srv/backup",
                "file:///srv/backup?a=b",
                "file:///srv/backup?",
                "file:///srv/backup#part",
                "file:///",
                "file:///srv/../etc",
                "file:///srv/%00"
            })
    void refusesWhatItDoesNotUnderstand(String location) {
        assertThatThrownBy(() -> open(location)).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void hasNoSettings() {
        assertThat(provider.configure(Map.of(), name -> SecretSource.value(new char[0])))
                .isEqualTo(ProviderConfig.none());
        assertThatThrownBy(() -> provider.configure(Map.of("sync", "no"), name -> SecretSource.value(new char[0])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sync");
    }
}
