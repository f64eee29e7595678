package io.pgbackup.storage.testkit;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Delivers some bytes and then ends or throws. */
final class BreakingStream extends FilterInputStream {
    private final boolean throwing;
    private final Runnable happened;
    private long remaining;

    BreakingStream(InputStream stream, long bytes, boolean throwing, Runnable happened) {
        super(stream);
        this.remaining = bytes;
        this.throwing = throwing;
        this.happened = happened;
    }

    @Override
    public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        if (remaining == 0 && count > 0) {
            happened.run();
            if (throwing) {
                throw new IOException("planned failure of a stream");
            }
            return -1;
        }
        int read = super.read(bytes, offset, (int) Math.min(count, remaining));
        remaining -= Math.max(read, 0);
        return read;
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = super.skip(Math.min(count, remaining));
        remaining -= skipped;
        return skipped;
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(super.available(), remaining);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
