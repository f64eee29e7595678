package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A segment that is being received, with its whole size on the disk from the beginning: so a full disk is noticed before anything was acknowledged, and forcing
 * bytes to the disk changes no size. What an earlier try left is written over, never removed. One thread writes, another may force.
 */
final class SegmentFile implements Closeable {
    /** Behind the name as long as the segment is not whole. */
    static final String SUFFIX = ".receiving";

    private static final int PIECE = 1 << 20;

    private final WalFileName name;
    private final Path path;
    private final FileChannel channel;
    private final ReentrantLock forcing = new ReentrantLock();

    private SegmentFile(WalFileName name, Path path, FileChannel channel) {
        this.name = name;
        this.path = path;
        this.channel = channel;
    }

    static SegmentFile open(Path directory, WalFileName name, WalSegmentSize size) throws IOException {
        Path path = path(directory, name);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.size() != size.bytes()) {
                channel.truncate(0);
                for (int at = 0; at < size.bytes(); at += PIECE) {
                    writeAll(channel, ByteBuffer.allocate(PIECE), at);
                }
                channel.force(true);
                forceDirectory(directory);
            }
            return new SegmentFile(name, path, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    static Path path(Path directory, WalFileName name) {
        return directory.resolve(name + SUFFIX);
    }

    WalFileName name() {
        return name;
    }

    Path path() {
        return path;
    }

    void write(ByteBuffer bytes, long offset) throws IOException {
        writeAll(channel, bytes, offset);
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes, long offset) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Forces what was written; nothing happens to a closed one, which was forced before. */
    void force() throws IOException {
        forcing.lock();
        try {
            if (channel.isOpen()) {
                channel.force(false);
            }
        } finally {
            forcing.unlock();
        }
    }

    /** Forces and closes. */
    @Override
    public void close() throws IOException {
        forcing.lock();
        try (channel) {
            force();
        } finally {
            forcing.unlock();
        }
    }

    /** Makes names in a directory durable, where the system can. */
    static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
                throw e;
            }
        }
    }
}
