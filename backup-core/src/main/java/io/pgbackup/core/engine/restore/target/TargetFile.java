package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.manifest.ManifestEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file being restored: opened by the first bytes that arrive, closed by the last; made durable later, together with all others. Safe for use by many
 * threads.
 */
public final class TargetFile implements FileTarget {
    /** How the file is opened. A link that lies there is never followed. */
    public enum Manner {
        /** Nothing lies there. */
        CREATE(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        /** Its content goes. */
        REWRITE(StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING, LinkOption.NOFOLLOW_LINKS),
        /** Its content stays but for what is written. */
        PATCH(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

        private final Set<OpenOption> options;

        Manner(OpenOption... options) {
            this.options = Set.of(options);
        }
    }

    /**
     * What all files of a restore share.
     *
     * @param ownership of what is complete
     * @param gate asked before each change
     * @param files counts what is complete
     * @param open those that are neither complete nor closed
     */
    public record Rules(Ownership ownership, ChangeGate gate, LongAdder files, Set<FileChannel> open) {
        /** Lets go of what a failed restore left open, or its file system could not be unmounted. No worker may be writing. */
        public void abandon() {
            for (FileChannel left : open) {
                try {
                    left.close();
                } catch (IOException e) {
                    // The restore has failed already, for a reason that matters more.
                    continue;
                }
            }
            open.clear();
        }
    }

    private static final byte[] ZEROS = new byte[ManifestEntry.File.PLAIN_UNIT];

    private final Path path;
    private final ManifestEntry.File file;
    private final Manner manner;
    private final Rules rules;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable FileChannel channel;

    public TargetFile(Path path, ManifestEntry.File file, Manner manner, Rules rules) {
        this.path = path;
        this.file = file;
        this.manner = manner;
        this.rules = rules;
    }

    @Override
    public void write(long position, byte[] bytes, int offset, int length) {
        rules.gate().before(path);
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

    /** Overwrites what lies there with zeros; beyond its end there are zeros anyway. */
    public void zero(long position, long length) {
        try {
            long end = Math.min(position + length, open().size());
            for (long at = position; at < end; at += ZEROS.length) {
                write(at, ZEROS, 0, (int) Math.min(ZEROS.length, end - at));
            }
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    private FileChannel open() throws IOException {
        lock.lock();
        try {
            if (channel == null) {
                rules.gate().before(path);
                channel = FileChannel.open(path, manner.options);
                rules.open().add(channel);
            }
            return channel;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void complete() {
        try (FileChannel open = open()) {
            rules.gate().before(path);
            extendTo(open, file.attributes().size());
            rules.ownership().apply(path, file.attributes());
            rules.open().remove(open);
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
        rules.files().increment();
    }

    /** Zeros at the end are not stored: the last byte makes the file as long as it was. */
    private static void extendTo(FileChannel open, long size) throws IOException {
        if (open.size() < size) {
            open.write(ByteBuffer.allocate(1), size - 1);
        }
    }
}
