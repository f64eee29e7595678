package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is forced to the disk, when, and what happens if that fails. */
class DurabilityTest {
    private static final ObjectKey KEY = ObjectKey.of("a/b/object");

    @TempDir
    private Path parent;

    private final List<String> synced = new ArrayList<>();
    private Path root;
    private LocalDirectoryStorage storage;

    @BeforeEach
    void openStorage() {
        root = parent.resolve("repository");
        storage = new LocalDirectoryStorage(root, new Recorder());
    }

    /** Notes what is forced, and whether the object is visible by then. */
    private final class Recorder implements DiskSync {
        @Override
        public void file(FileChannel channel) throws IOException {
            synced.add("file of " + channel.size() + visibility());
        }

        @Override
        public void directory(Path directory) {
            synced.add(parent.relativize(directory) + visibility());
        }

        private String visibility() {
            return Files.exists(root.resolve(KEY.toString())) ? " visible" : "";
        }
    }

    private void create(ObjectKey key) throws StorageException {
        storage.create(key, Payload.of(new byte[3]), ObjectAttributes.of(ObjectKind.WAL));
    }

    @Test
    void contentFirstThenEveryNewDirectoryThenTheName() throws Exception {
        create(KEY);

        assertThat(synced)
                .containsExactly("", "repository", "file of 3", "repository", "repository/a", "repository/a/b visible");
    }

    @Test
    void knownDirectoriesAreNotForcedAgain() throws Exception {
        create(ObjectKey.of("a/b/earlier"));
        synced.clear();

        create(KEY);

        assertThat(synced).containsExactly("file of 3", "repository/a/b visible");
    }

    @Test
    void directoriesMadeBySomebodyElseAreForcedToo() throws Exception {
        Files.createDirectories(root.resolve("a/b"));

        create(KEY);

        assertThat(synced).containsSubsequence("repository", "repository/a", "repository/a/b visible");
    }

    @Test
    void removedDirectoriesAreForcedWhenMadeAgain() throws Exception {
        create(KEY);
        storage.delete(List.of(KEY));
        synced.clear();

        create(KEY);

        assertThat(synced).containsExactly("file of 3", "repository", "repository/a", "repository/a/b visible");
    }

    @Test
    void removedDirectoriesAreForcedAlsoIfSomebodyElseMadeThemAgain() throws Exception {
        create(KEY);
        storage.delete(List.of(KEY));
        Files.createDirectories(root.resolve("a/b"));
        synced.clear();

        create(KEY);

        assertThat(synced).containsExactly("file of 3", "repository", "repository/a", "repository/a/b visible");
    }

    @Test
    void aDeletionIsForcedWhereItHappened() throws Exception {
        create(KEY);
        create(ObjectKey.of("a/other"));
        synced.clear();

        storage.delete(List.of(KEY));

        assertThat(synced).containsExactly("repository/a");
    }

    @Test
    void anObjectWhoseContentCannotBeForcedIsNotPublished() throws Exception {
        storage = new LocalDirectoryStorage(root, new DiskSync() {
            @Override
            public void file(FileChannel channel) throws IOException {
                throw new IOException("the disk is broken");
            }

            @Override
            public void directory(Path directory) {}
        });

        assertThatThrownBy(() -> create(KEY)).isInstanceOf(StorageFaultException.class);
        assertThat(storage.stat(KEY)).isEmpty();
    }

    @Test
    void aCreateThatCannotForceItsDirectoryFails() {
        storage = new LocalDirectoryStorage(root, new DiskSync() {
            @Override
            public void file(FileChannel channel) {}

            @Override
            public void directory(Path directory) throws IOException {
                if (directory.endsWith("b")) {
                    throw new IOException("Input/output error");
                }
            }
        });

        assertThatThrownBy(() -> create(KEY)).isInstanceOf(StorageException.class);
    }

    @Test
    void aDeletionThatCannotBeForcedIsReported() throws Exception {
        create(KEY);
        LocalDirectoryStorage broken = new LocalDirectoryStorage(root, new DiskSync() {
            @Override
            public void file(FileChannel channel) {}

            @Override
            public void directory(Path directory) throws IOException {
                throw new IOException("the disk is broken");
            }
        });

        assertThat(broken.delete(List.of(KEY)).failures()).containsOnlyKeys(KEY);
    }
}
