package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryStorageProviderTest {
    private static final ObjectKey KEY = ObjectKey.of("object");
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

    private final MemoryStorageProvider provider = new MemoryStorageProvider();

    private Storage open(String location) throws StorageException {
        return provider.open(
                StorageLocation.parse(location), ProviderConfig.none(), new StorageContext(InstantSource.fixed(NOW)));
    }

    @Test
    void oneNameIsOneStore() throws Exception {
        String location = "memory:" + UUID.randomUUID();
        try (Storage first = open(location)) {
            first.create(KEY, Payload.of(new byte[1]), ObjectAttributes.of(ObjectKind.WAL));
        }
        try (Storage second = open(location);
                Storage other = open(location + "-other")) {
            assertThat(second.stat(KEY)).map(ObjectInfo::created).contains(NOW);
            assertThat(other.stat(KEY)).isEmpty();
            second.delete(List.of(KEY));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"memory://host", "memory:/path", "memory:a?b=c", "memory:a#b", "memory:a%20b"})
    void refusesWhatItDoesNotUnderstand(String location) {
        assertThatThrownBy(() -> open(location)).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void hasNoSettings() {
        assertThatThrownBy(() -> provider.configure(Map.of("size", "1"), name -> SecretSource.value(new char[0])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("size");
    }
}
