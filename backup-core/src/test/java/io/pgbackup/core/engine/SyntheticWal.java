package io.pgbackup.core.engine;

import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Segments of 1 MiB that begin as a server's do, with noise behind. */
final class SyntheticWal {
    static final WalSegmentSize SIZE = new WalSegmentSize(1 << 20);
    static final ServerIdentity SERVER = new ServerIdentity(0x7fff_1234_5678_9abcL, 17, 8192, SIZE.bytes());
    private static final int MAGIC_OF_17 = 0xD116;

    private final Path directory;

    SyntheticWal(Path directory) {
        this.directory = directory;
    }

    static WalFileName name(long timeline, long number) {
        return WalFileName.segment(new Timeline(timeline), number, SIZE);
    }

    Path segment(long timeline, long number) {
        return segment(name(timeline, number), SERVER.systemIdentifier(), number);
    }

    Path segment(WalFileName name, long system, long seed) {
        byte[] bytes = new byte[SIZE.bytes()];
        new Random(seed).nextBytes(bytes);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) MAGIC_OF_17)
                .putShort((short) 2)
                .putInt((int) name.timeline().value())
                .putLong(name.start(SIZE).value())
                .putInt(0)
                .putInt(0)
                .putLong(system)
                .putInt(SIZE.bytes())
                .putInt(8192);
        return file(name.toString(), bytes);
    }

    /** As the server says that it waits for a segment to be archived. */
    Path ready(long number) throws IOException {
        Path segment = segment(1, number);
        Files.createDirectories(directory.resolve("archive_status"));
        Files.createFile(status(number));
        return segment;
    }

    Path status(long number) {
        return directory.resolve("archive_status").resolve(name(1, number) + ".ready");
    }

    Path history(long timeline, String text) {
        return file(WalFileName.history(new Timeline(timeline)).toString(), text.getBytes(StandardCharsets.UTF_8));
    }

    Path file(String name, byte[] bytes) {
        try {
            return Files.write(Files.createDirectories(directory).resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
