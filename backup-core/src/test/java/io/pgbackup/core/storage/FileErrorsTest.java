package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileErrorsTest {
    @TempDir
    private Path directory;

    private static FileSystemException system(String reason) {
        return new FileSystemException("/srv/backup/file", null, reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Disk quota exceeded"})
    void aFullDiskIsToldApart(String reason) {
        assertThat(FileErrors.classify("create k", system(reason)))
                .isInstanceOf(StorageFullException.class)
                .hasMessageContaining("no space")
                .hasMessageContaining("create k");
        // Channels throw the plain exception.
        assertThat(FileErrors.classify("create k", new IOException(reason)))
                .isInstanceOf(StorageFullException.class)
                .hasMessageContaining("no space");
    }

    @Test
    void aFullDiskIsRecognizedInEveryLanguage() {
        IOException translated = new IOException("Auf dem Gerät ist kein Speicherplatz mehr verfügbar");

        StorageException failure = FileErrors.classifyWrite("create k", translated, directory, Long.MAX_VALUE);

        assertThat(failure).isInstanceOf(StorageFullException.class).hasMessageContaining("no space");
    }

    @Test
    void aDiskWithSpaceIsNotBlamed() {
        StorageException failure = FileErrors.classifyWrite("create k", new IOException("whatever"), directory, 1);

        assertThat(failure).isInstanceOf(StorageFaultException.class);
        assertThat(failure.getMessage()).doesNotContain("no space");
    }

    @Test
    void refusalsAreDenied() {
        assertThat(FileErrors.classify("read k", new AccessDeniedException("/srv/backup/file")))
                .isInstanceOf(StorageDeniedException.class);
        assertThat(FileErrors.classify("create k", system("Read-only file system")))
                .isInstanceOf(StorageDeniedException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Stale file handle", "Input/output error", "Connection timed out", "Too many open files"})
    void whatMayPassIsUnavailable(String reason) {
        assertThat(FileErrors.classify("read k", system(reason))).isInstanceOf(StorageUnavailableException.class);
        assertThat(FileErrors.classifyLink("create k", system(reason))).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void anInterruptIsUnavailable() {
        assertThat(FileErrors.classify("read k", new ClosedByInterruptException()))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("interrupted");
    }

    @Test
    void anythingElseIsAFault() {
        assertThat(FileErrors.classify("create k", system("File name too long")))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("File name too long");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Operation not permitted", "Operation not supported", "Invalid cross-device link"})
    void aLinkThatCannotBeMadeIsExplained(String reason) {
        assertThat(FileErrors.classifyLink("create k", system(reason)))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("hard link")
                .hasMessageContaining(reason);
    }

    @Test
    void aLinkThatIsForbiddenIsDenied() {
        assertThat(FileErrors.classifyLink("create k", new AccessDeniedException("/srv/backup/file")))
                .isInstanceOf(StorageDeniedException.class);
    }
}
