package io.pgbackup.core.engine.restore;

import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A file being restored: opened by the first bytes that arrive, closed by the last; made durable later, together with all others. Safe for use by many threads. */
final class TargetFile implements FileTarget {
    private final Path path;
    private final ManifestEntry.File file;
    private final Ownership ownership;
    private final Runnable completed;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable FileChannel channel;

    TargetFile(Path path, ManifestEntry.File file, Ownership ownership, Runnable completed) {
        this.path = path;
        this.file = file;
        this.ownership = ownership;
        this.completed = completed;
    }

    @Override
    public void write(long position, byte[] bytes, int offset, int length) {
        try {
            FileChannel open = open();
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            long at = position;
            while (buffer.hasRemaining()) {
                at += open.write(buffer, at);
            }
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    private FileChannel open() throws IOException {
        lock.lock();
        try {
            if (channel == null) {
                channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            }
            return channel;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void complete() {
        try (FileChannel open = open()) {
            extendTo(open, file.attributes().size());
            ownership.apply(path, file.attributes());
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
        completed.run();
    }

    /** Zeros at the end are not stored: the last byte makes the file as long as it was. */
    private static void extendTo(FileChannel open, long size) throws IOException {
        if (open.size() < size) {
            open.write(ByteBuffer.allocate(1), size - 1);
        }
    }
}
