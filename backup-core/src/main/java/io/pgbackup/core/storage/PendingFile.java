package io.pgbackup.core.storage;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file being written outside of every listing, removed when closed. What it became a hard link of stays. For use by one thread. */
final class PendingFile implements AutoCloseable {
    /** A heap buffer passes through a direct one of its size that the thread keeps: large writes are cut to keep that small. */
    private static final int WRITE_BYTES = 256 * 1024;

    private final Path path;

    private PendingFile(Path path) {
        this.path = path;
    }

    static PendingFile in(Path directory) {
        return new PendingFile(directory.resolve(UUID.randomUUID().toString()));
    }

    /** Writes the whole payload and forces it to the disk. */
    void write(ObjectKey key, Payload payload, DiskSync sync) throws StorageException, IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            PayloadTransfer.copy(key, payload, new ChannelOutput(channel));
            sync.file(channel);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }

    private static final class ChannelOutput extends OutputStream {
        private final FileChannel channel;

        ChannelOutput(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int written = 0;
            while (written < length) {
                int slice = Math.min(WRITE_BYTES, length - written);
                written += channel.write(ByteBuffer.wrap(bytes, offset + written, slice));
            }
        }
    }
}
