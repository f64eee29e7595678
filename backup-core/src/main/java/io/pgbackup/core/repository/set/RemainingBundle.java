package io.pgbackup.core.repository.set;

import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.pipeline.FrameLocation;
import io.pgbackup.core.pipeline.FrameWalk;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.ObjectOpener;
import io.pgbackup.core.pipeline.ObjectSealer;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BundleIndex.IndexedFrame;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A bundle without the manifest that names its frames: held in memory as it is stored, its frames found by their headers. For one thread. */
public final class RemainingBundle implements AutoCloseable {
    private final ObjectKey key;
    private final byte[] object;
    private final ObjectOpener opener;
    private final int headerLength;
    private final List<FrameLocation> frames;

    RemainingBundle(OpenRepository repository, ObjectKey key, byte[] object) {
        this.key = key;
        this.object = object;
        this.opener = new ObjectOpener(repository.cipher());
        ObjectHeader header = ObjectHeader.parse(key, object, Math.min(object.length, ObjectHeader.LONGEST));
        opener.begin(key, HeaderKind.BUNDLE, header);
        this.headerLength = header.length();
        this.frames = FrameWalk.of(opener, header, object, object.length);
    }

    /**
     * The object.
     *
     * @return its key
     */
    public ObjectKey key() {
        return key;
    }

    /**
     * How many frames there are, those of the index included.
     *
     * @return at least 0
     */
    public int frameCount() {
        return frames.size();
    }

    /**
     * Opens a frame.
     *
     * @param number from 0
     * @param out receives the plaintext
     * @return its length
     * @throws RepositoryException if it is damaged
     */
    public int open(int number, byte[] out) {
        FrameLocation frame = frames.get(number);
        return opener.open(frame, object, (int) frame.offset(), out, 0);
    }

    /**
     * What the bundle says of its frames.
     *
     * @return the frames of files in their order
     * @throws RepositoryException if what it needs for that is damaged
     * @throws MalformedContentException if the bundle does not describe itself
     */
    public List<IndexedFrame> index() {
        byte[] plain = new byte[ObjectSealer.MAXIMUM_FRAME];
        int last = frames.size() - 1;
        if (last < 1 || open(last, plain) != Long.BYTES || !opener.isLastFrame()) {
            throw new MalformedContentException("the end of " + key + " is lost");
        }
        long begin = ByteBuffer.wrap(plain).getLong();
        if (begin < 0 || begin >= last) {
            throw new MalformedContentException("the index of " + key + " begins at frame " + begin);
        }
        List<byte[]> tail = new ArrayList<>();
        for (int number = (int) begin; number < last; number++) {
            tail.add(Arrays.copyOf(plain, open(number, plain)));
        }
        return BundleIndex.ofFrames(tail, headerLength);
    }

    /** Lets go of keys. Idempotent. */
    @Override
    public void close() {
        opener.close();
    }
}
