package io.pgbackup.core.archive;

import io.pgbackup.core.crypto.ContentDigest;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.ObjectSealer;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Semaphore;

/**
 * Makes an object of a WAL file: its digest first, which goes into the header, then frame by frame. Up to 64 MiB are read once and sealed in memory, more
 * into a temporary file. As many at once as there are processors, so that memory is not filled with what waits for one. Safe for use by many threads.
 */
final class WalSealing {
    private static final int MOST_IN_MEMORY = 64 << 20;
    private static final int PIECE = 64 << 10;
    private static final String CHANGED = "the file changed while it was read";
    private static final int SPOOLING_CAPACITY = 1 << 20;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final OpenRepository repository;
    private final Semaphore turns = new Semaphore(PROCESSORS);
    private final LentMemory memory = new LentMemory(2 * Math.min(PROCESSORS, 4));

    /** Somebody else who wants to see the content. */
    interface Reader {
        void read(InputStream content) throws IOException;
    }

    WalSealing(OpenRepository repository) {
        this.repository = repository;
    }

    /** Seals a file, and shows its content to somebody. */
    SealedWal seal(ObjectKey key, Path file, Reader reader) throws IOException {
        turns.acquireUninterruptibly();
        try {
            long size = Files.size(file);
            return size <= MOST_IN_MEMORY ? inMemory(key, file, (int) size, reader) : spooled(key, file, reader);
        } finally {
            turns.release();
        }
    }

    private SealedWal inMemory(ObjectKey key, Path file, int size, Reader reader) throws IOException {
        byte[] content = memory.take(size);
        try {
            read(file, content, size);
            reader.read(new ByteArrayInputStream(content, 0, size));
            ContentDigest digest = newDigest();
            digest.update(content, 0, size);
            return sealed(key, content, size, digest.finish());
        } finally {
            memory.giveBack(content);
        }
    }

    /** In pieces: for each thread Java keeps native memory as long as the longest piece it ever read. */
    private static void read(Path file, byte[] content, int size) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            int done = 0;
            for (int read = 0; read >= 0 && done < size; done += Math.max(read, 0)) {
                read = in.read(content, done, Math.min(size - done, PIECE));
            }
            if (done < size || in.read() >= 0) {
                throw new IOException(CHANGED);
            }
        }
    }

    private SealedWal sealed(ObjectKey key, byte[] content, int size, byte[] digest) {
        byte[] lent = memory.take(capacity(size));
        try (ObjectSealer sealer = repository.sealerWithin(lent)) {
            sealer.begin(key, HeaderKind.WAL, digest);
            int done = 0;
            for (; size - done > ObjectSealer.MAXIMUM_FRAME; done += ObjectSealer.MAXIMUM_FRAME) {
                sealer.add(content, done, ObjectSealer.MAXIMUM_FRAME);
            }
            sealer.addLast(content, done, size - done);
            return new SealedWal(sealer.payload(), digest, () -> memory.giveBack(lent), SealedWal.NO_SPOOL);
        }
    }

    private ContentDigest newDigest() {
        return repository.cipher().contentDigest(repository.cipher().currentGeneration());
    }

    private int capacity(long size) {
        long frames = size / ObjectSealer.MAXIMUM_FRAME + 1;
        return Math.toIntExact(ObjectHeader.LONGEST + size + frames * ObjectSealer.frameOverhead(repository.cipher()));
    }

    private SealedWal spooled(ObjectKey key, Path file, Reader reader) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            reader.read(in);
        }
        byte[] digest = digest(file);
        Path spool = Files.createTempFile("pgbackup-wal-", ".sealed");
        try (ObjectSealer sealer = repository.newSealer(SPOOLING_CAPACITY);
                InputStream in = Files.newInputStream(file);
                OutputStream out = Files.newOutputStream(spool)) {
            sealer.begin(key, HeaderKind.WAL, digest);
            addAll(sealer, in, () -> sealer.drainTo(out));
            sealer.drainTo(out);
            requireUnchanged(file, digest);
            return new SealedWal(payload(spool, sealer.size()), digest, () -> {}, () -> Files.deleteIfExists(spool));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(spool);
            throw e;
        }
    }

    private byte[] digest(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return digest(in, newDigest());
        }
    }

    /** The server does not change what it gives to its archiver, but who knows what was given here. */
    private void requireUnchanged(Path file, byte[] digest) throws IOException {
        if (!Arrays.equals(digest, digest(file))) {
            throw new IOException(CHANGED);
        }
    }

    /** Takes a whole stream in. */
    static byte[] digest(InputStream in, ContentDigest digest) throws IOException {
        byte[] buffer = new byte[ObjectSealer.MAXIMUM_FRAME];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            digest.update(buffer, 0, read);
        }
        return digest.finish();
    }

    private static Payload payload(Path spool, long size) {
        return new Payload() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() throws IOException {
                return Files.newInputStream(spool);
            }
        };
    }

    /** What happens when the buffer of a sealer is nearly full. */
    private interface Drain {
        void run() throws IOException;
    }

    private static void addAll(ObjectSealer sealer, InputStream in, Drain drain) throws IOException {
        byte[] frame = new byte[ObjectSealer.MAXIMUM_FRAME];
        byte[] next = new byte[ObjectSealer.MAXIMUM_FRAME];
        int length = in.readNBytes(frame, 0, frame.length);
        while (true) {
            int following = length == frame.length ? in.readNBytes(next, 0, next.length) : 0;
            if (sealer.remaining() < length) {
                drain.run();
            }
            if (following == 0) {
                sealer.addLast(frame, 0, length);
                return;
            }
            sealer.add(frame, 0, length);
            byte[] done = frame;
            frame = next;
            next = done;
            length = following;
        }
    }
}
