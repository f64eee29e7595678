package io.pgbackup.core.block.change;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.record.WalDirectory;
import io.pgbackup.core.postgres.wal.record.WalScanner;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.VariedLoad;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each segment of a real log by itself, then joined: the same as the log read in one go, also over crashes and timelines. */
class SummariesServerTest {
    @ParameterizedTest
    @EnumSource
    void segmentsJoinedSayWhatTheWholeLogSays(PostgresVersion version) throws IOException {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version)
                .walSegmentSize(1)
                .setting("wal_keep_size", "1GB")
                .setting("max_prepared_transactions", "5")
                .setting("restore_command", "false")
                .start()) {
            VariedLoad load = new VariedLoad(server);
            load.prepare();
            crashWithinARecord(server);
            load.round();
            newTimeline(server);
            load.round();
            newTimeline(server);
            server.execute("SELECT pg_logical_emit_message(true, 'long', repeat('m', 3000000))");
            load.round();
            server.execute("CHECKPOINT");
            Lsn end = Lsn.parse(String.valueOf(server.query("SELECT pg_current_wal_flush_lsn()")));
            WalDirectory wal = WalDirectory.of(server);
            List<WalFileName> segments = wal.segmentsUpTo(end);
            assertThat(segments.get(segments.size() - 1).timeline()).isEqualTo(new Timeline(3));

            ChangeSet whole = new ChangeSet();
            ChangeCollector collector = new ChangeCollector(whole);
            WalScanner scanner = new WalScanner(wal.layout(), segments.get(0).start(wal.size()), collector::add);
            wal.scan(segments, end, scanner);
            assertThat(scanner.soundEnd()).isEqualTo(end);

            ChangeWindow window = new ChangeWindow();
            long bytes = 0;
            for (WalFileName name : segments) {
                SegmentSummary summary = summary(wal, name, end);
                byte[] written = Summaries.bytes(summary);
                bytes += written.length
                        - summary.head().bytes().length
                        - summary.tail().map(tail -> tail.bytes().length).orElse(0);
                window.add(Summaries.read(written));
            }
            assertThat(ChangeWindowTest.described(window.changes())).isEqualTo(ChangeWindowTest.described(whole));
            assertThat(bytes).isLessThan(segments.size() * (long) wal.size().bytes() / 100);
        }
    }

    private static SegmentSummary summary(WalDirectory wal, WalFileName name, Lsn end) throws IOException {
        Lsn start = name.start(wal.size());
        Lsn last = new Lsn(Math.min(end.value(), start.value() + wal.size().bytes()));
        SegmentSummarizer summarizer = new SegmentSummarizer(wal.layout(), start, last);
        try (InputStream in = Files.newInputStream(wal.file(name))) {
            summarizer.accept(in);
        }
        return summarizer.finish();
    }

    private static void crashWithinARecord(PostgresServer server) throws IOException {
        Lsn before = Lsn.parse(String.valueOf(server.query("SELECT pg_current_wal_insert_lsn()")));
        server.execute("SELECT pg_logical_emit_message(true, 'long', repeat('m', 3000000))");
        server.stop(PostgresServer.StopMode.IMMEDIATE);
        WalDirectory wal = WalDirectory.of(server);
        long cut = before.value() / 8192 * 8192 + (1 << 20) + 8192;
        for (WalFileName name : wal.segmentsUpTo(new Lsn(Long.MAX_VALUE))) {
            long from = Math.max(
                    0, Math.min(wal.size().bytes(), cut - name.start(wal.size()).value()));
            try (RandomAccessFile file = new RandomAccessFile(wal.file(name).toFile(), "rw")) {
                file.seek(from);
                file.write(new byte[(int) (wal.size().bytes() - from)]);
            }
        }
        server.start();
    }

    /** A recovery without an archive ends at the end of the log and begins a timeline. */
    private static void newTimeline(PostgresServer server) throws IOException {
        server.stop(PostgresServer.StopMode.FAST);
        Path signal = server.dataDirectory().resolve("recovery.signal");
        Files.write(signal, new byte[0], StandardOpenOption.CREATE_NEW);
        Files.setOwner(signal, Files.getOwner(server.dataDirectory()));
        server.start();
    }
}
