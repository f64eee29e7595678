package io.pgbackup.core.pipeline;

import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a whole object from beginning to end. Each frame is proved before it is handed out; that the object is complete is known when
 * {@link #next} returns -1, not before. For one thread.
 */
public final class FrameReader implements AutoCloseable {
    private final ObjectOpener opener;
    private final ObjectKey key;
    private final InputStream in;
    private final ObjectHeader header;
    private final byte[] stored;
    private long nextFrame;
    private long offset;
    private boolean complete;

    /**
     * Reads the header.
     *
     * @param opener of the same worker, which must not turn to another object meanwhile; stays the caller's
     * @param key of the object
     * @param kind it must have
     * @param in the object from its first byte; closed with this reader
     * @throws IOException if the stream breaks
     * @throws RepositoryException as {@link ObjectHeader#parse} and {@link ObjectOpener#begin}
     */
    public FrameReader(ObjectOpener opener, ObjectKey key, HeaderKind kind, InputStream in) throws IOException {
        this.opener = opener;
        this.key = key;
        this.in = in;
        byte[] start = new byte[ObjectHeader.LONGEST];
        int read = in.readNBytes(start, 0, ObjectHeader.SHORTEST);
        if (read == ObjectHeader.SHORTEST) {
            read += in.readNBytes(start, read, start[read - 1] == 0 ? 0 : ObjectHeader.LONGEST - read);
        }
        this.header = ObjectHeader.parse(key, start, read);
        opener.begin(key, kind, header);
        this.offset = header.length();
        this.stored = new byte[FrameHeader.LENGTH + FrameHeader.MAXIMUM_PLAIN_LENGTH + opener.overhead()];
    }

    /**
     * Goes on behind a frame that is known already.
     *
     * @param opener is begun anew with this object
     * @param key of the object
     * @param kind what it must be
     * @param header of the object
     * @param known the frame before the first one that is read
     * @param in the bytes behind that frame
     */
    public FrameReader(
            ObjectOpener opener,
            ObjectKey key,
            HeaderKind kind,
            ObjectHeader header,
            FrameLocation known,
            InputStream in) {
        this.opener = opener;
        this.key = key;
        this.in = in;
        this.header = header;
        opener.begin(key, kind, header);
        this.nextFrame = known.number() + 1;
        this.offset = known.offset() + known.storedLength();
        this.stored = new byte[FrameHeader.LENGTH + FrameHeader.MAXIMUM_PLAIN_LENGTH + opener.overhead()];
    }

    /**
     * The object's header.
     *
     * @return proved as soon as one frame was
     */
    public ObjectHeader header() {
        return header;
    }

    /**
     * Reads the next frame.
     *
     * @param out receives the plaintext; {@link ObjectSealer#MAXIMUM_FRAME} bytes are always enough
     * @param outOffset where it begins
     * @return its length, possibly 0; -1 after the last frame, when the object is known to end there
     * @throws IOException if the stream breaks
     * @throws RepositoryException with {@code REPOSITORY_DAMAGED} if the object is not exactly what was sealed
     */
    public int next(byte[] out, int outOffset) throws IOException {
        if (complete) {
            return -1;
        }
        FrameLocation where = readFrame();
        int length = opener.open(where, stored, 0, out, outOffset);
        nextFrame++;
        offset += where.storedLength();
        if (opener.isLastFrame()) {
            requireEnd();
            complete = true;
        }
        return length;
    }

    private FrameLocation readFrame() throws IOException {
        requireBytes(FrameHeader.LENGTH, 0);
        int payloadLength = FrameHeader.payloadLength(stored, 0);
        if (!FrameHeader.isPlausible(payloadLength, FrameHeader.word(stored, 0), opener.overhead())) {
            throw Damage.ofFrame(key, here(FrameHeader.LENGTH), "its header is not plausible", null);
        }
        requireBytes(payloadLength, FrameHeader.LENGTH);
        return here(FrameHeader.LENGTH + payloadLength);
    }

    private void requireBytes(int length, int position) throws IOException {
        if (in.readNBytes(stored, position, length) < length) {
            throw Damage.ofFrame(key, here(0), "the object ends within or before it", null);
        }
    }

    private void requireEnd() throws IOException {
        if (in.read() >= 0) {
            throw Damage.ofFrame(key, here(0), "the object goes on after its last frame", null);
        }
    }

    private FrameLocation here(int storedLength) {
        return new FrameLocation(nextFrame, offset, storedLength);
    }

    /** Closes the stream. */
    @Override
    public void close() throws IOException {
        in.close();
    }
}
