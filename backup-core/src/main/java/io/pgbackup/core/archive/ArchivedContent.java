package io.pgbackup.core.archive;

import io.pgbackup.core.crypto.ContentDigest;
import io.pgbackup.core.pipeline.FrameInputStream;
import io.pgbackup.core.pipeline.FrameReader;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.ObjectOpener;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.storage.StorageErrors;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.StorageException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** What archived files hold: proved frame by frame as it is read. Safe for use by many threads. */
final class ArchivedContent {
    private static final int BUFFER = 64 << 10;

    private final OpenRepository repository;

    ArchivedContent(OpenRepository repository) {
        this.repository = repository;
    }

    /** Empty if (and only if) there is no such object. */
    Optional<InputStream> open(ObjectKey key) {
        try {
            InputStream stored = repository.storage().read(key, ByteRange.all());
            return Optional.of(opened(key, stored));
        } catch (ObjectNotFoundException e) {
            return Optional.empty();
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, repository.name());
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, repository.name());
        }
    }

    private InputStream opened(ObjectKey key, InputStream stored) throws IOException {
        ObjectOpener opener = new ObjectOpener(repository.cipher());
        try {
            FrameReader frames = new FrameReader(opener, key, HeaderKind.WAL, stored);
            return new FilterInputStream(new FrameInputStream(frames)) {
                @Override
                public void close() throws IOException {
                    super.close();
                    opener.close();
                }
            };
        } catch (IOException | RuntimeException e) {
            stored.close();
            opener.close();
            throw e;
        }
    }

    /** Copies to a stream, whose failures come back as they are; false if (and only if) there is no such object. */
    boolean copyTo(ObjectKey key, OutputStream target) throws IOException {
        Optional<InputStream> content = open(key);
        if (content.isEmpty()) {
            return false;
        }
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = content.get()) {
            for (int read = read(key, in, buffer); read >= 0; read = read(key, in, buffer)) {
                target.write(buffer, 0, read);
            }
        }
        return true;
    }

    private int read(ObjectKey key, InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, repository.name());
        }
    }

    /** Reads all of it, and compares it with its digest; returns how many bytes it has. */
    long prove(ObjectKey key) {
        ObjectHeader header = header(key);
        ContentDigest digest = repository.cipher().contentDigest(header.generation());
        long bytes = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = open(key).orElseThrow(() -> repository.missing(key))) {
            for (int read = read(key, in, buffer); read >= 0; read = read(key, in, buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, repository.name());
        }
        if (!Arrays.equals(digest.finish(), header.contentDigest().orElse(new byte[0]))) {
            throw repository.malformed(key, new IllegalArgumentException("its content is not that of its digest"));
        }
        return bytes;
    }

    ObjectHeader header(ObjectKey key) {
        byte[] begin = repository.readBegin(key, ObjectHeader.LONGEST).orElseThrow(() -> repository.missing(key));
        return ObjectHeader.parse(key, begin, begin.length);
    }

    /** Whether an object has the content that is given, by its digest; empty if there is no such object. */
    Optional<Boolean> isSame(ObjectKey key, InputStream given) throws IOException {
        Optional<byte[]> begin = repository.readBegin(key, ObjectHeader.LONGEST);
        if (begin.isEmpty()) {
            return Optional.empty();
        }
        ObjectHeader header = ObjectHeader.parse(key, begin.get(), begin.get().length);
        byte[] digest = WalSealing.digest(given, repository.cipher().contentDigest(header.generation()));
        return Optional.of(Arrays.equals(header.contentDigest().orElse(new byte[0]), digest));
    }
}
