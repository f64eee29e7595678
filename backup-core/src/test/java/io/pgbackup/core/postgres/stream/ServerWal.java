package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The log of a server as the server itself has it: the truth that received segments are compared with. */
record ServerWal(PostgresServer server, WalSegmentSize size) {
    /** Writes something; each call fills some hundred kilobytes. */
    void load(int rounds) {
        server.execute("CREATE TABLE IF NOT EXISTS load (id bigserial PRIMARY KEY, filler text)");
        for (int round = 0; round < rounds; round++) {
            server.execute(
                    "INSERT INTO load (filler) SELECT repeat(md5(random()::text), 8) FROM generate_series(1, 1000)");
        }
    }

    Lsn flushed() {
        return Lsn.parse(Objects.requireNonNull(server.query("SELECT pg_current_wal_flush_lsn()")));
    }

    /** Ends the current segment. */
    Lsn switchSegment() {
        server.execute("SELECT pg_logical_emit_message(true, 'x', 'x')", "SELECT pg_switch_wal()");
        return flushed();
    }

    /** All received segments, which are without gap, are those of the server. */
    int compare(DirectoryDestination destination, Timeline timeline) throws IOException {
        List<WalFileName> received = destination.segments().stream()
                .filter(name -> name.timeline().equals(timeline))
                .toList();
        assertThat(received).isNotEmpty();
        int compared = 0;
        for (WalFileName name : received) {
            assertThat(name.segmentNumber(size))
                    .isEqualTo(received.get(0).segmentNumber(size) + received.indexOf(name));
            Path own = server.dataDirectory().resolve("pg_wal").resolve(name.toString());
            if (Files.exists(own)) {
                assertThat(destination.bytes(name.toString()))
                        .as(name.toString())
                        .isEqualTo(Files.readAllBytes(own));
                compared++;
            }
        }
        return compared;
    }

    /** The begin of a segment up to a position is that of the server. */
    void comparePartial(DirectoryDestination destination, WalFileName name, Lsn end) throws IOException {
        int length = (int) (end.value() - name.start(size).value());
        Path own = server.dataDirectory().resolve("pg_wal").resolve(name.toString());
        assertThat(destination.bytes(name + ".partial"))
                .as(name + " up to " + end)
                .hasSize(size.bytes())
                .startsWith(java.util.Arrays.copyOf(Files.readAllBytes(own), length));
    }
}
