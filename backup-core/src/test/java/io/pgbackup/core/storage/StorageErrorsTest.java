package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageErrorsTest {
    private static final ObjectKey KEY = ObjectKey.of("billing/format");

    @Test
    void everyFailureHasItsCode() {
        Map<StorageException, ErrorCode> codes = Map.of(
                new ObjectNotFoundException("said the store"), ErrorCode.OBJECT_MISSING,
                new StorageDeniedException("said the store"), ErrorCode.STORAGE_DENIED,
                new StorageUnavailableException("said the store", null), ErrorCode.STORAGE_UNAVAILABLE,
                new StorageFullException("said the store"), ErrorCode.NO_SPACE,
                new StorageFaultException("said the store"), ErrorCode.STORAGE_FAULT,
                new ObjectExistsException("said the store"), ErrorCode.STORAGE_FAULT);

        codes.forEach((failure, code) -> {
            RepositoryException translated = StorageErrors.translate(failure, KEY, "primary");
            assertThat(translated.code()).isEqualTo(code);
            assertThat(translated)
                    .hasCause(failure)
                    .hasMessageContaining("primary")
                    .hasMessageContaining(KEY.toString())
                    .hasMessageContaining("said the store");
            assertThat(translated.hint()).isNotBlank();
        });
    }

    @Test
    void aListingIsNamedByItsPrefix() {
        RepositoryException translated =
                StorageErrors.translate(new StorageDeniedException("no"), ObjectPrefix.of("billing/backup"), "primary");

        assertThat(translated).hasMessageContaining("'billing/backup'");
    }

    @Test
    void aBrokenStreamIsUnavailableNotMissing() {
        RepositoryException translated = StorageErrors.translate(new IOException("reset"), KEY, "primary");

        assertThat(translated.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
        assertThat(translated.retryable()).isTrue();
    }

    @Test
    void aStreamMaySayMore() {
        IOException said = new IOException("broken", new StorageDeniedException("expired"));

        assertThat(StorageErrors.translate(said, KEY, "primary").code()).isEqualTo(ErrorCode.STORAGE_DENIED);
    }
}
