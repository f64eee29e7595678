package io.pgbackup.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is particular to directories; the promises of every storage are tested by the contract. */
class LocalDirectoryStorageTest {
    private static final ObjectKey KEY = ObjectKey.of("billing/backup/20261121-080000F");
    private static final byte[] BYTES = {1, 2, 3, 4};

    @TempDir
    private Path parent;

    private Path root;
    private LocalDirectoryStorage storage;

    @BeforeEach
    void openStorage() {
        root = parent.resolve("repository");
        storage = open();
    }

    private LocalDirectoryStorage open() {
        return new LocalDirectoryStorage(root, new NoSync());
    }

    private void create(ObjectKey key) throws StorageException {
        storage.create(key, Payload.of(BYTES), ObjectAttributes.of(ObjectKind.CONTROL));
    }

    private List<Path> pendingFiles() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(".pending"))) {
            return files.toList();
        }
    }

    @Test
    void opensWithoutTouchingAnything() {
        assertThat(root).doesNotExist();
    }

    @Test
    void anObjectIsAPlainFileWithItsName() throws Exception {
        create(KEY);

        assertThat(root.resolve("billing/backup/20261121-080000F")).hasBinaryContent(BYTES);
    }

    @Test
    void leavesNoPendingFileAfterSuccessOrFailure() throws Exception {
        create(KEY);
        assertThatThrownBy(() -> create(KEY)).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> create(ObjectKey.of("billing"))).isInstanceOf(StorageFaultException.class);
        assertThatThrownBy(() -> create(ObjectKey.of(KEY + "/below"))).isInstanceOf(StorageFaultException.class);

        assertThat(pendingFiles()).isEmpty();
    }

    @Test
    void pendingFilesAreNeverListed() throws Exception {
        create(KEY);
        Files.write(root.resolve(".pending/left-behind"), BYTES);

        assertThat(storage.list(ObjectPrefix.root()).objects()).isEmpty();
        assertThat(storage.list(ObjectPrefix.root()).prefixes()).containsExactly(ObjectPrefix.of("billing"));
        assertThat(storage.list(ObjectPrefix.of(".pending"))).isEqualTo(new Listing(List.of(), List.of()));
        assertThat(storage.stat(ObjectKey.of(".pending/left-behind"))).isEmpty();
    }

    @Test
    void pendingFilesOfDeadProcessesAreSweptAfterADay() throws Exception {
        create(KEY);
        Path old = Files.write(root.resolve(".pending/old"), BYTES);
        Path young = Files.write(root.resolve(".pending/young"), BYTES);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        Files.setLastModifiedTime(young, FileTime.from(Instant.now().minus(Duration.ofHours(23))));

        storage = open();
        create(ObjectKey.of("next"));

        assertThat(pendingFiles()).containsExactly(young);
    }

    @Test
    void foreignFilesAreNotListed() throws Exception {
        create(KEY);
        Files.createDirectory(root.resolve("lost+found"));
        Files.write(root.resolve(".DS_Store"), BYTES);
        Files.createDirectories(root.resolve("foreign"));
        Files.write(root.resolve("foreign/.nfs0001"), BYTES);

        assertThat(storage.list(ObjectPrefix.root()))
                .isEqualTo(new Listing(List.of(), List.of(ObjectPrefix.of("billing"))));
    }

    @Test
    void listsThousandsOfObjects() throws Exception {
        create(ObjectKey.of("many/first"));
        for (int number = 0; number < 5_000; number++) {
            Files.createLink(root.resolve("many/" + number), root.resolve("many/first"));
        }

        assertThat(storage.list(ObjectPrefix.of("many")).objects())
                .hasSize(5_001)
                .extracting(ObjectInfo::key)
                .isSorted();
    }

    @Test
    void emptyDirectoriesDisappearWithTheirLastObject() throws Exception {
        create(KEY);
        create(ObjectKey.of("billing/other"));

        storage.delete(List.of(KEY));

        assertThat(root.resolve("billing/backup")).doesNotExist();
        assertThat(root.resolve("billing/other")).exists();
    }

    @Test
    void makesADirectoryAgainThatAnotherProcessRemoved() throws Exception {
        create(KEY);
        // Another storage is another process: it knows nothing of this one.
        open().delete(List.of(KEY));
        assertThat(root.resolve("billing")).doesNotExist();

        create(KEY);

        assertThat(storage.stat(KEY)).isPresent();
    }

    @Test
    void aNewRepositoryIsEmpty() throws Exception {
        assertThat(storage.stat(KEY)).isEmpty();
        assertThat(storage.list(ObjectPrefix.root())).isEqualTo(new Listing(List.of(), List.of()));
        assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();
        assertThatThrownBy(() -> storage.read(KEY, ByteRange.all())).isInstanceOf(ObjectNotFoundException.class);
        assertThat(root).doesNotExist();
    }

    @Test
    void aRepositoryStaysOneWhenAllItsObjectsAreDeleted() throws Exception {
        create(KEY);
        storage.delete(List.of(KEY));

        assertThat(storage.stat(KEY)).isEmpty();
        assertThat(storage.list(ObjectPrefix.root())).isEqualTo(new Listing(List.of(), List.of()));
    }

    @Test
    void aRepositoryThatWasUnmountedHasNoMissingObjects() throws Exception {
        create(KEY);
        unmount();
        Files.createDirectory(root);

        assertEverythingIsUnavailable();
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void aRepositoryThatWasRemovedHasNoMissingObjects() throws Exception {
        create(KEY);
        unmount();

        assertEverythingIsUnavailable();
        assertThat(root).doesNotExist();
    }

    @Test
    void aReaderNoticesThatARepositoryWasUnmounted() throws Exception {
        create(KEY);
        storage = open();
        assertThat(storage.stat(KEY)).isPresent();
        unmount();

        assertEverythingIsUnavailable();
    }

    @Test
    void aMountedRepositoryIsFoundAgain() throws Exception {
        create(KEY);
        unmount();
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageUnavailableException.class);

        Files.move(parent.resolve("elsewhere"), root);

        assertThat(storage.stat(KEY)).isPresent();
    }

    private void unmount() throws IOException {
        Files.move(root, parent.resolve("elsewhere"));
    }

    private void assertEverythingIsUnavailable() throws StorageException {
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> storage.read(KEY, ByteRange.all())).isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> storage.list(ObjectPrefix.of("billing/backup")))
                .isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> create(ObjectKey.of("other"))).isInstanceOf(StorageUnavailableException.class);
        assertThat(storage.delete(List.of(KEY)).failures().get(KEY)).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aRepositoryCopiedWithoutHiddenFilesIsComplete() throws Exception {
        create(KEY);
        Files.delete(root.resolve(".pending"));
        storage = open();

        assertThat(storage.stat(KEY)).isPresent();
        assertThat(storage.stat(ObjectKey.of("missing"))).isEmpty();
        create(ObjectKey.of("new"));
        assertThat(storage.stat(ObjectKey.of("new"))).isPresent();
    }

    @Test
    void thePendingDirectoryIsMadeAgainAtTheNextAttempt() throws Exception {
        create(KEY);
        Files.delete(root.resolve(".pending"));
        ObjectKey next = ObjectKey.of("next");

        assertThatThrownBy(() -> create(next)).isInstanceOf(StorageUnavailableException.class);
        create(next);

        assertThat(storage.stat(next)).isPresent();
    }

    @Test
    void directoriesAboveTheRootAreNotMade() {
        storage = new LocalDirectoryStorage(parent.resolve("not/mounted"), new NoSync());

        assertThatThrownBy(() -> create(KEY))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("does not exist");
        assertThat(parent.resolve("not")).doesNotExist();
    }

    @Test
    void aFileInPlaceOfTheRootIsAFault() throws Exception {
        Files.write(root, BYTES);

        assertThatThrownBy(() -> create(KEY)).isInstanceOf(StorageFaultException.class);
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageFaultException.class);
        assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void theRootMayBeASymbolicLink() throws Exception {
        Files.createDirectory(parent.resolve("real"));
        Files.createSymbolicLink(root, parent.resolve("real"));

        create(KEY);

        assertThat(storage.stat(KEY)).isPresent();
        assertThat(parent.resolve("real/" + KEY)).exists();
    }

    @Test
    void aLinkedObjectIsNeitherReadNorMissing() throws Exception {
        create(KEY);
        Path outside = Files.write(parent.resolve("outside"), BYTES);
        ObjectKey linked = ObjectKey.of("billing/linked");
        Files.createSymbolicLink(root.resolve("billing/linked"), outside);

        assertLinkIsRefused(linked);
        assertThatThrownBy(() -> storage.list(ObjectPrefix.of("billing"))).isInstanceOf(StorageFaultException.class);
        assertThat(outside).exists();
    }

    @Test
    void aLinkedDirectoryIsNotFollowed() throws Exception {
        create(KEY);
        Path outside = Files.createDirectory(parent.resolve("outside"));
        Files.write(outside.resolve("object"), BYTES);
        Files.createSymbolicLink(root.resolve("linked"), outside);

        assertLinkIsRefused(ObjectKey.of("linked/object"));
        assertThatThrownBy(() -> storage.list(ObjectPrefix.of("linked"))).isInstanceOf(StorageFaultException.class);
        assertThatThrownBy(() -> create(ObjectKey.of("linked/new"))).isInstanceOf(StorageFaultException.class);
        assertThat(outside.resolve("new")).doesNotExist();
        assertThat(outside.resolve("object")).exists();
    }

    private void assertLinkIsRefused(ObjectKey key) throws StorageException {
        assertThatThrownBy(() -> storage.stat(key))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("symbolic link");
        assertThatThrownBy(() -> storage.read(key, ByteRange.all())).isInstanceOf(StorageFaultException.class);
        assertThatThrownBy(() -> create(key)).isInstanceOf(StorageFaultException.class);
        assertThat(storage.delete(List.of(key)).failures().get(key)).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void aFileCutShortIsNoShortObject() throws Exception {
        create(KEY);
        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            assertThat(stream.read()).isEqualTo(1);
            Files.write(root.resolve(KEY.toString()), new byte[] {1, 2});

            assertThatThrownBy(stream::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasCauseInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining(KEY.toString());
        }
    }

    @Test
    void aStreamKnowsThatItIsClosed() throws Exception {
        create(KEY);
        InputStream stream = storage.read(KEY, ByteRange.all());
        stream.close();

        assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
    }

    @Test
    void segmentsLongerThanAFileNameAreKept() throws Exception {
        ObjectKey key = ObjectKey.of("数".repeat(250) + "/" + "ä.".repeat(150));
        ObjectKey sibling = ObjectKey.of("数".repeat(250) + "/" + "ä.".repeat(149));
        create(key);
        create(sibling);

        assertThat(storage.list(ObjectPrefix.root()).prefixes()).containsExactly(key.parent());
        assertThat(storage.list(key.parent()).objects())
                .extracting(ObjectInfo::key)
                .containsExactly(sibling, key);
        assertThat(storage.stat(key)).isPresent();

        storage.delete(List.of(key, sibling));
        assertThat(storage.list(ObjectPrefix.root()).prefixes()).isEmpty();
        assertOnlyPendingIsLeft();
    }

    private void assertOnlyPendingIsLeft() throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                assertThat(directory).isIn(root, root.resolve(".pending"));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Test
    void aRootIsAnAbsolutePlainPath() {
        for (String path : List.of("relative", "/srv/../etc", "/")) {
            assertThatThrownBy(() -> new LocalDirectoryStorage(Path.of(path)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
