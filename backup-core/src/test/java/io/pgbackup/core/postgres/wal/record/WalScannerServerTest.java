package io.pgbackup.core.postgres.wal.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.VariedLoad;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read from the files of a server is what that server, asked by its own functions, says of its log. */
class WalScannerServerTest {
    private static final Pattern REFERENCE =
            Pattern.compile("blkref #\\d+: rel (\\d+)/(\\d+)/(\\d+) (?:fork (\\w+) )?blk (\\d+)");

    private static PostgresServer start(PostgresVersion version) {
        PostgresAvailability.require(version);
        return PostgresServer.of(version)
                .walSegmentSize(1)
                .setting("wal_keep_size", "1GB")
                .setting("max_prepared_transactions", "5")
                .setting("wal_compression", "on")
                .start();
    }

    private static List<WalRecord> scan(PostgresServer server, Lsn end) throws IOException {
        WalDirectory wal = WalDirectory.of(server);
        List<WalFileName> segments = wal.segmentsUpTo(end);
        List<WalRecord> records = new ArrayList<>();
        WalScanner scanner = new WalScanner(wal.layout(), segments.get(0).start(wal.size()), records::add);
        wal.scan(segments, end, scanner);
        assertThat(scanner.soundEnd()).isEqualTo(end);
        assertThat(scanner.unfinished()).isEmpty();
        assertThat(scanner.format().major()).isEqualTo(server.version().major());
        return records;
    }

    private static Lsn flushed(PostgresServer server) {
        server.execute("CHECKPOINT");
        return Lsn.parse(String.valueOf(server.query("SELECT pg_current_wal_flush_lsn()")));
    }

    @ParameterizedTest
    @EnumSource
    void recordsAreThoseThatTheServerWrote(PostgresVersion version) throws IOException {
        try (PostgresServer server = start(version)) {
            VariedLoad load = new VariedLoad(server);
            load.prepare();
            load.round();
            server.execute("SELECT pg_switch_wal()");
            load.round();
            // Each of these is longer than a segment.
            server.execute("SELECT pg_logical_emit_message(true, 'long', repeat('m', 3000000))");
            server.execute("SELECT pg_logical_emit_message(false, 'long', repeat('n', 1200000))");
            Lsn end = flushed(server);
            List<WalRecord> records = scan(server, end);
            assertThat(records).hasSizeGreaterThan(10_000);
            if (version.major() >= 15) {
                compareWithInspection(server, records, end);
            }
        }
    }

    private static void compareWithInspection(PostgresServer server, List<WalRecord> records, Lsn end) {
        server.execute("CREATE EXTENSION pg_walinspect");
        String from = records.get(0).start().toString();
        List<String> theirs = server
                .queryRows(
                        "postgres",
                        "SELECT start_lsn, end_lsn, prev_lsn, xid, record_length, main_data_length, block_ref"
                                + " FROM pg_get_wal_records_info('" + from + "', '" + end + "')")
                .stream()
                .map(WalScannerServerTest::inspected)
                .toList();
        List<String> ours =
                records.stream().map(WalScannerServerTest::described).toList();
        assertThat(ours).hasSameSizeAs(theirs);
        for (int index = 0; index < ours.size(); index++) {
            assertThat(ours.get(index)).isEqualTo(theirs.get(index));
        }
    }

    private static String inspected(List<String> row) {
        return String.join(" ", row.subList(0, 6)) + " " + references(String.valueOf(row.get(6)));
    }

    private static List<String> references(String text) {
        return REFERENCE
                .matcher(text)
                .results()
                .map(found -> String.join(
                        "/",
                        found.group(1),
                        found.group(2),
                        found.group(3),
                        found.group(4) == null ? "main" : found.group(4),
                        found.group(5)))
                .toList();
    }

    private static List<String> references(WalRecord record) {
        return record.blocks().stream()
                .map(block -> String.join(
                        "/",
                        Long.toString(block.relation().tablespace()),
                        Long.toString(block.relation().database()),
                        Long.toString(block.relation().fileNode()),
                        switch (block.relation().fork()) {
                            case MAIN -> "main";
                            case FREE_SPACE -> "fsm";
                            case VISIBILITY -> "vm";
                            case INIT -> "init";
                        },
                        Long.toString(block.block())))
                .toList();
    }

    private static String described(WalRecord record) {
        WalRecord.Head head = record.head();
        return String.join(
                        " ",
                        record.start().toString(),
                        record.end().toString(),
                        head.previous().toString(),
                        Long.toString(head.transaction()),
                        Long.toString(head.length()),
                        Long.toString(head.mainDataLength()))
                + " " + references(record);
    }

    /** Needs the program of the system: the fixture's binaries are without it. */
    @Test
    void recordsAreThoseOfTheServersOwnReader() throws IOException {
        Path program = Path.of("/usr/lib/postgresql/15/bin/pg_waldump");
        assumeTrue(Files.isExecutable(program), "there is no " + program);
        try (PostgresServer server = start(PostgresVersion.V15)) {
            VariedLoad load = new VariedLoad(server);
            load.prepare();
            load.round();
            Lsn end = flushed(server);
            List<WalRecord> records = scan(server, end);
            List<String> command = List.of(
                    program.toString(),
                    "--path=" + server.dataDirectory().resolve("pg_wal"),
                    "--start=" + records.get(0).start(),
                    "--end=" + end);
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            List<String> theirs = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(WalScannerServerTest::dumped)
                    .toList();
            List<String> ours = records.stream()
                    .map(record -> String.join(
                                    " ",
                                    Long.toString(record.head().length()),
                                    Long.toString(record.head().transaction()),
                                    record.start().toString(),
                                    record.head().previous().toString())
                            + " " + references(record))
                    .toList();
            assertThat(ours).hasSameSizeAs(theirs);
            for (int index = 0; index < ours.size(); index++) {
                assertThat(ours.get(index)).isEqualTo(theirs.get(index));
            }
        }
    }

    private static String dumped(String line) {
        java.util.regex.Matcher fields = Pattern.compile(
                        "rmgr: .*?/ *(\\d+), tx: +(\\d+), lsn: (\\S+), prev (\\S+), desc: .*")
                .matcher(line);
        assertThat(fields.matches()).as(line).isTrue();
        return String.join(
                        " ",
                        fields.group(1),
                        fields.group(2),
                        Lsn.parse(fields.group(3)).toString(),
                        Lsn.parse(fields.group(4)).toString())
                + " " + references(line);
    }

    /** A crash in the midst of a long record: the server writes another one in its place when it is up again. */
    @ParameterizedTest
    @EnumSource
    void recordThatACrashCutIsPassedOver(PostgresVersion version) throws IOException {
        try (PostgresServer server = start(version)) {
            server.execute("CREATE TABLE t (a int)", "SELECT pg_switch_wal()");
            Lsn before = Lsn.parse(String.valueOf(server.query("SELECT pg_current_wal_insert_lsn()")));
            server.execute("SELECT pg_logical_emit_message(true, 'long', repeat('m', 3000000))");
            server.stop(PostgresServer.StopMode.IMMEDIATE);
            WalDirectory wal = WalDirectory.of(server);
            long cut = (before.value() / 8192 + 150) * 8192;
            for (WalFileName name : wal.segmentsUpTo(new Lsn(Long.MAX_VALUE))) {
                long start = name.start(wal.size()).value();
                try (RandomAccessFile file = new RandomAccessFile(wal.file(name).toFile(), "rw")) {
                    long from = Math.max(0, Math.min(wal.size().bytes(), cut - start));
                    file.seek(from);
                    file.write(new byte[(int) (wal.size().bytes() - from)]);
                }
            }
            server.start();
            server.execute("INSERT INTO t VALUES (1)");
            List<WalRecord> records = scan(server, flushed(server));
            assertThat(records)
                    .anyMatch(record -> record.head().is(ResourceManager.LOG, 0xD0)
                            && record.start().value() > cut
                            && record.start().value() < cut + 8192)
                    .noneMatch(record -> record.head().length() > 3_000_000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatRecoveryAsksForIsRead(PostgresVersion version) throws IOException {
        try (PostgresServer server = start(version)) {
            server.execute("CREATE TABLE t (a int)", "CREATE TABLE dropped AS SELECT 1 AS a");
            Instant before = Instant.now();
            long committed =
                    Long.parseLong(server.queryRows("postgres", "INSERT INTO t VALUES (1) RETURNING txid_current()")
                            .get(0)
                            .get(0));
            server.execute(
                    "SELECT pg_create_restore_point('before the mistake')",
                    "BEGIN",
                    "INSERT INTO t VALUES (2)",
                    "PREPARE TRANSACTION 'two'");
            long prepared =
                    Long.parseLong(String.valueOf(server.query("SELECT transaction::text FROM pg_prepared_xacts")));
            String node = server.query("SELECT pg_relation_filenode('dropped')");
            server.execute("COMMIT PREPARED 'two'", "BEGIN", "DROP TABLE dropped", "COMMIT");
            server.execute("BEGIN", "INSERT INTO t VALUES (3)", "ROLLBACK");
            backup(server);
            List<WalRecord> records = scan(server, flushed(server));

            List<TransactionEnd> ends = records.stream()
                    .flatMap(record -> TransactionEnd.of(record).stream())
                    .toList();
            TransactionEnd first = ends.stream()
                    .filter(end -> end.transaction() == committed)
                    .findFirst()
                    .orElseThrow();
            assertThat(first.committed()).isTrue();
            assertThat(first.time())
                    .isBetween(
                            before.minus(Duration.ofSeconds(2)), Instant.now().plus(Duration.ofSeconds(2)));
            assertThat(ends).anySatisfy(end -> {
                assertThat(end.transaction()).isEqualTo(prepared);
                assertThat(end.committed()).isTrue();
            });
            assertThat(ends).anyMatch(end -> !end.committed());
            assertThat(ends)
                    .anyMatch(end -> end.dropped().stream()
                            .anyMatch(relation ->
                                    Long.toString(relation.fileNode()).equals(node)));
            List<LogEvent> events = records.stream()
                    .flatMap(record -> LogEvent.of(record).stream())
                    .toList();
            assertThat(events)
                    .anySatisfy(event -> assertThat(event)
                            .isInstanceOfSatisfying(
                                    LogEvent.RestorePoint.class,
                                    point -> assertThat(point.name()).isEqualTo("before the mistake")))
                    .hasAtLeastOneElementOfType(LogEvent.BackupEnd.class)
                    .hasAtLeastOneElementOfType(LogEvent.Checkpoint.class);
            LogEvent.Checkpoint last = events.stream()
                    .filter(LogEvent.Checkpoint.class::isInstance)
                    .map(LogEvent.Checkpoint.class::cast)
                    .reduce((one, two) -> two)
                    .orElseThrow();
            assertThat(server.queryRows("postgres", "SELECT redo_lsn, timeline_id FROM pg_control_checkpoint()")
                            .get(0))
                    .containsExactly(last.redo().toString(), last.timeline().toString());
            String levels = records.stream()
                    .flatMap(record -> LogEvent.levelOf(record).stream())
                    .map(level -> Boolean.toString(level.minimal()))
                    .distinct()
                    .collect(Collectors.joining());
            assertThat(levels.toLowerCase(Locale.ROOT)).doesNotContain("true");
        }
    }

    private static void backup(PostgresServer server) {
        try (java.sql.Connection connection = server.connect("postgres");
                java.sql.Statement statement = connection.createStatement()) {
            boolean before15 = server.version().major() < 15;
            statement.execute(
                    before15 ? "SELECT pg_start_backup('b', true, false)" : "SELECT pg_backup_start('b', true)");
            statement.execute(before15 ? "SELECT pg_stop_backup(false, false)" : "SELECT pg_backup_stop(false)");
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
