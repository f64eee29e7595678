package io.pgbackup.core.repository;

import io.pgbackup.core.manifest.BundleRef;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.pipeline.FrameLocation;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.ObjectOpener;
import io.pgbackup.core.repository.RepositoryLayout.SetLayout;
import io.pgbackup.storage.ObjectKey;
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

    /** Lets go of keys. Idempotent. */
    @Override
    public void close() {
        opener.close();
    }
}
