package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Puts the pieces of one stream into segments, and gives those that are whole to the delivery. For one thread, but for {@link #force}. */
final class SegmentAssembler implements Closeable {
    private final Path directory;
    private final WalSegmentSize size;
    private final StreamStart start;
    private final Delivery delivery;
    private Lsn position;
    private volatile @Nullable SegmentFile current;

    SegmentAssembler(Path directory, WalSegmentSize size, StreamStart start, Delivery delivery) {
        this.directory = directory;
        this.size = size;
        this.start = start;
        this.delivery = delivery;
        this.position = start.position();
    }

    Lsn position() {
        return position;
    }

    /** Takes the next piece; it may begin nowhere but where the last one ended. Blocks while too many whole segments wait. */
    void take(Lsn begin, ByteBuffer bytes) throws IOException {
        if (!begin.equals(position)) {
            throw new IOException("the server sent its log from " + begin + " where " + position + " was due");
        }
        while (bytes.hasRemaining()) {
            SegmentFile file = file();
            int offset = (int) (position.value() & size.bytes() - 1);
            int length = Math.min(bytes.remaining(), size.bytes() - offset);
            file.write(bytes.slice(bytes.position(), length), offset);
            bytes.position(bytes.position() + length);
            position = new Lsn(position.value() + length);
            if (offset + length == size.bytes()) {
                file.close();
                current = null;
                delivery.whole(file, position);
            }
        }
    }

    private SegmentFile file() throws IOException {
        SegmentFile open = current;
        if (open == null) {
            open = SegmentFile.open(directory, WalFileName.containing(start.timeline(), position, size), size);
            delivery.growing(open);
            current = open;
        }
        return open;
    }

    /** Forces what has arrived to the disk; whole segments are already. Any thread may call. */
    void force() throws IOException {
        SegmentFile open = current;
        if (open != null) {
            open.force();
        }
    }

    @Override
    public void close() throws IOException {
        SegmentFile open = current;
        if (open != null) {
            open.close();
        }
    }
}
