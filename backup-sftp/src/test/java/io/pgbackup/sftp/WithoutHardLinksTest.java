package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageFaultException;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that do not offer the extension for hard links. */
class WithoutHardLinksTest {
    @TempDir
    private Path directory;

    @Test
    void suchAServerIsRefusedWithAHintAndNothingIsStored() throws Exception {
        try (InProcessServer server = new InProcessServer(directory, InProcessServer.Kind.WITHOUT_HARD_LINKS);
                Storage storage = Objects.open(server.location("r"), server.settings())) {
            assertThatThrownBy(() -> Objects.put(storage, "key", "x"))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("hardlink@openssh.com")
                    .hasMessageContaining("unsafeRename");
            assertThat(directory.resolve("r/.pending")).isEmptyDirectory();
        }
    }

    @Test
    void declaredUnsafeItStoresButStillNeverOverwrites() throws Exception {
        try (InProcessServer server = new InProcessServer(directory, InProcessServer.Kind.WITHOUT_HARD_LINKS);
                Storage storage =
                        Objects.open(server.location("r"), server.settings().unsafeRename())) {
            Objects.put(storage, "deep/key", "first");

            assertThatThrownBy(() -> Objects.put(storage, "deep/key", "second"))
                    .isInstanceOf(ObjectExistsException.class);
            assertThat(Objects.get(storage, "deep/key")).isEqualTo("first");
            assertThat(storage.delete(List.of(ObjectKey.of("deep/key"))).failures())
                    .isEmpty();
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(directory.resolve("r/.pending")).isEmptyDirectory());
        }
    }

    @Test
    void aServerWhoseRenameReplacesIsRefusedEvenThen() throws Exception {
        InProcessServer.Kind kind = InProcessServer.Kind.WITHOUT_HARD_LINKS_REPLACING_ON_RENAME;
        try (InProcessServer server = new InProcessServer(directory, kind);
                Storage storage =
                        Objects.open(server.location("r"), server.settings().unsafeRename())) {
            assertThatThrownBy(() -> Objects.put(storage, "key", "x"))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("lets a rename replace");
        }
    }
}
