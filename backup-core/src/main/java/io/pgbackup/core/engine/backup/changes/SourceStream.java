package io.pgbackup.core.engine.backup.changes;

import io.pgbackup.core.postgres.files.SourceFile;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A file of the cluster from its begin to its end. For one thread; the file stays the caller's. */
final class SourceStream extends InputStream {
    private final SourceFile file;
    private long position;

    SourceStream(SourceFile file) {
        this.file = file;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        int read = file.read(position, ByteBuffer.wrap(into, offset, length));
        position += read;
        return read == 0 ? -1 : read;
    }
}
