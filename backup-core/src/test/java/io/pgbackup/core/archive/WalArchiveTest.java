package io.pgbackup.core.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files go into an archive through memory that is used again and again. */
class WalArchiveTest {
    private static final int SEGMENT = 2 << 20;

    @TempDir
    Path files;

    /** Keeps what it was given, and may not answer. */
    private static final class Silent extends ForwardingStorage {
        private final List<Payload> unanswered = new ArrayList<>();
        private boolean silent;

        Silent() {
            super(new MemoryStorage(InstantSource.system()));
        }

        @Override
        public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
            if (silent) {
                unanswered.add(payload);
                throw new StorageUnavailableException("no answer", null);
            }
            super.create(key, payload, attributes);
        }
    }

    private final Silent storage = new Silent();
    private WalArchive archive;

    @BeforeEach
    void open() {
        RepositoryCipher cipher = RepositoryCipher.unencrypted(new byte[RepositoryCipher.REPOSITORY_ID_LENGTH]);
        OpenRepository repository = new OpenRepository("test", storage, cipher, CodecSpec.LZ4);
        archive = new WalArchive(repository, ArchiveLayout.of(ClusterLayout.of("c"), 1));
    }

    private static WalFileName name(int segment) {
        return WalFileName.parse(String.format(Locale.ROOT, "0000000100000000%08X", segment));
    }

    private Path file(int segment) throws IOException {
        byte[] content = new byte[SEGMENT - segment];
        new Random(segment).nextBytes(content);
        return Files.write(files.resolve(name(segment).toString()), content);
    }

    private static byte[] bytes(Payload payload) throws IOException {
        try (InputStream in = payload.open()) {
            return in.readAllBytes();
        }
    }

    @Test
    void eachFileComesBackAsItWasWhateverTheMemoryHeldBefore() throws IOException {
        for (int segment = 1; segment <= 6; segment++) {
            assertThat(archive.store(name(segment), file(segment), () -> {})).isTrue();
        }
        for (int segment = 1; segment <= 6; segment++) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            assertThat(archive.copyTo(name(segment), content)).isTrue();
            assertThat(content.toByteArray()).isEqualTo(Files.readAllBytes(file(segment)));
            assertThat(archive.prove(name(segment))).isEqualTo(SEGMENT - segment);
        }
    }

    @Test
    void whatAStoreDidNotAnswerToIsNotTouchedAgain() throws IOException {
        storage.silent = true;
        Path first = file(1);
        assertThatThrownBy(() -> archive.store(name(1), first, () -> {})).isInstanceOf(RepositoryException.class);
        byte[] before = bytes(storage.unanswered.get(0));
        storage.silent = false;
        for (int segment = 2; segment <= 6; segment++) {
            archive.store(name(segment), file(segment), () -> {});
        }
        assertThat(bytes(storage.unanswered.get(0))).isEqualTo(before);
    }

    @Test
    void theSameFileIsKnownThoughItIsGoneMeanwhile() throws IOException {
        archive.store(name(1), file(1), () -> {});
        Path again = file(1);
        assertThat(archive.store(name(1), again, () -> delete(again))).isFalse();
        Path other = Files.write(files.resolve("other"), new byte[SEGMENT]);
        assertThatThrownBy(() -> archive.store(name(1), other, () -> delete(other)))
                .isInstanceOf(ConflictException.class);
    }

    private static void delete(Path file) {
        assertThat(file.toFile().delete()).isTrue();
    }
}
