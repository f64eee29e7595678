package io.pgbackup.core.repository.set;

import io.pgbackup.core.manifest.BundleRef;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.pipeline.FrameLocation;
import io.pgbackup.core.pipeline.FrameReader;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.ObjectOpener;
import io.pgbackup.core.pipeline.ObjectSealer;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.SetLayout;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Optional;

/** Reads ranges of bundles and opens the frames in them. Belongs to one worker; keeps its buffers. */
public final class BundleReader implements AutoCloseable {
    private final OpenRepository repository;
    private final ObjectOpener opener;
    private byte[] range = new byte[256 * 1024];
    private Optional<ObjectKey> opened = Optional.empty();

    /**
     * For one repository.
     *
     * @param repository where
     */
    public BundleReader(OpenRepository repository) {
        this.repository = repository;
        this.opener = new ObjectOpener(repository.cipher());
    }

    /**
     * Reads a range; frames in it can be opened until the next one is read.
     *
     * @param set of the bundle
     * @param bundle which one
     * @param offset first byte
     * @param length number of bytes
     */
    public void readRange(SetLayout set, BundleRef bundle, long offset, int length) {
        ObjectKey key = set.bundle(bundle.sequence());
        if (opened.filter(key::equals).isEmpty()) {
            ObjectHeader header = ObjectHeader.parse(key, bundle.header(), bundle.header().length);
            opener.begin(key, HeaderKind.BUNDLE, header);
            opened = Optional.of(key);
        }
        if (range.length < length) {
            range = new byte[length];
        }
        repository.readStored(key, offset, range, length);
    }

    /**
     * Opens a frame of the range read last.
     *
     * @param frame which one
     * @param rangeOffset where the range began
     * @param out receives the plaintext
     * @return its length
     */
    public int open(FrameRef frame, long rangeOffset, byte[] out) {
        FrameLocation location = new FrameLocation(frame.number(), frame.offset(), frame.stored());
        return opener.open(location, range, Math.toIntExact(frame.offset() - rangeOffset), out, 0);
    }

    /**
     * Proves what no restore looks at: the stored header, and what follows the frames of files, where the bundle describes itself.
     *
     * @param set of the bundle
     * @param last the last frame of it that a manifest names
     */
    public void requireSelfDescription(SetLayout set, FrameRef last) {
        ObjectKey key = set.bundle(last.bundle().sequence());
        byte[] pinned = last.bundle().header();
        byte[] stored = repository.readBegin(key, pinned.length).orElseThrow(() -> repository.missing(key));
        if (!Arrays.equals(stored, pinned)) {
            throw repository.malformed(
                    key, new IllegalArgumentException("it is not the object that its set refers to"));
        }
        long end = last.offset() + last.stored();
        long size = repository.stat(key).map(ObjectInfo::size).orElse(0L);
        byte[] tail = new byte[(int) Math.max(0, Math.min(BundleWriters.CAPACITY, size - end))];
        repository.readStored(key, end, tail, tail.length);
        opened = Optional.empty();
        FrameLocation known = new FrameLocation(last.number(), last.offset(), last.stored());
        ObjectHeader header = ObjectHeader.parse(key, pinned, pinned.length);
        try (FrameReader frames =
                new FrameReader(opener, key, HeaderKind.BUNDLE, header, known, new ByteArrayInputStream(tail))) {
            byte[] plain = new byte[ObjectSealer.MAXIMUM_FRAME];
            while (frames.next(plain, 0) >= 0) {
                // Opened is proved.
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
    }

    /** Lets go of keys. Idempotent. */
    @Override
    public void close() {
        opener.close();
    }
}
