package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The log of a running server, as its files have it. */
public record WalDirectory(Path directory, WalLayout layout) {
    public static WalDirectory of(PostgresServer server) throws IOException {
        ControlFile control =
                ControlFile.parse(Files.readAllBytes(server.dataDirectory().resolve("global/pg_control")));
        return new WalDirectory(
                server.dataDirectory().resolve("pg_wal"),
                new WalLayout(control.systemIdentifier(), control.walSegmentSize(), control.walBlockSize()));
    }

    public WalSegmentSize size() {
        return layout.segmentSize();
    }

    public Path file(WalFileName name) {
        return directory.resolve(name.toString());
    }

    /** Segments up to the one that holds a position, oldest first; of each number that of the newest timeline. */
    public List<WalFileName> segmentsUpTo(Lsn end) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<WalFileName> all = files.flatMap(
                            file -> WalFileName.tryParse(file.getFileName().toString()).stream())
                    .filter(name -> name.kind() == WalFileName.Kind.SEGMENT)
                    .filter(name -> name.start(size()).compareTo(end) < 0)
                    .toList();
            return all.stream()
                    .filter(name -> all.stream()
                            .noneMatch(other -> other.position() == name.position()
                                    && other.timeline().compareTo(name.timeline()) > 0))
                    .sorted((one, two) -> one.start(size()).compareTo(two.start(size())))
                    .toList();
        }
    }

    /** Gives a scanner the segments, the last one only up to a position. */
    public void scan(List<WalFileName> segments, Lsn end, WalScanner scanner) throws IOException {
        for (WalFileName name : segments) {
            try (InputStream in = Files.newInputStream(file(name))) {
                long wanted = Math.min(
                        size().bytes(), end.value() - name.start(size()).value());
                byte[] buffer = new byte[10_000];
                while (wanted > 0) {
                    int read = in.read(buffer, 0, (int) Math.min(wanted, buffer.length));
                    scanner.accept(buffer, 0, read);
                    wanted -= read;
                }
            }
        }
        scanner.end();
    }
}
