package io.pgbackup.core.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * The plaintext of a whole object as a stream. Its end is proved: -1 comes only after the last frame. Damage is thrown as
 * {@link io.pgbackup.error.RepositoryException}. For one thread.
 */
public final class FrameInputStream extends InputStream {
    private final FrameReader frames;
    private final byte[] frame = new byte[FrameHeader.MAXIMUM_PLAIN_LENGTH];
    private int position;
    private int limit;

    /**
     * A stream over a reader that has not been read from.
     *
     * @param frames closed with this stream
     */
    public FrameInputStream(FrameReader frames) {
        this.frames = frames;
    }

    @Override
    public int read() throws IOException {
        return fill() ? frame[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] out, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, out.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int taken = Math.min(length, limit - position);
        System.arraycopy(frame, position, out, offset, taken);
        position += taken;
        return taken;
    }

    @Override
    public int available() {
        return Math.max(0, limit - position);
    }

    private boolean fill() throws IOException {
        while (limit >= 0 && position >= limit) {
            limit = frames.next(frame, 0);
            position = 0;
        }
        return limit >= 0;
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }
}
