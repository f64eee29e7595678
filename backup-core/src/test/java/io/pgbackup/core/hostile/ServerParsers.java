package io.pgbackup.core.hostile;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.ControlFileBytes;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.files.RelationFile;
import io.pgbackup.core.postgres.files.RelationFileName;
import io.pgbackup.core.postgres.recovery.TablespaceMap;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.record.LogEvent;
import io.pgbackup.core.postgres.wal.record.MalformedWalException;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import io.pgbackup.core.postgres.wal.record.ResourceManager;
import io.pgbackup.core.postgres.wal.record.StorageChange;
import io.pgbackup.core.postgres.wal.record.TransactionEnd;
import io.pgbackup.core.postgres.wal.record.WalBytes;
import io.pgbackup.core.postgres.wal.record.WalScanner;
import io.pgbackup.error.ClusterException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageLocation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Parsers of what a server or its files say, and of names. */
final class ServerParsers {
    private static final Predicate<RuntimeException> ILLEGAL = IllegalArgumentException.class::isInstance;
    private static final Predicate<RuntimeException> OF_CLUSTER = ClusterException.class::isInstance;

    private static final String LABEL_FILE = """
            START WAL LOCATION: 0/2000028 (file 000000010000000000000002)
            CHECKPOINT LOCATION: 0/2000080
            BACKUP METHOD: streamed
            BACKUP FROM: primary
            START TIME: 2026-11-21 08:00:00 UTC
            LABEL: pgbackup
            START TIMELINE: 1
            """;

    /** Of database 5, with one subtransaction and one dropped relation. */
    private static final byte[] COMMIT = WalBytes.little(64)
            .putLong(1)
            .putInt(7)
            .putInt(5)
            .putInt(1663)
            .putInt(1)
            .putInt(778)
            .putInt(1)
            .putInt(1663)
            .putInt(5)
            .putInt(16385)
            .array();

    private ServerParsers() {}

    static List<Parser> all() {
        return List.of(
                new Parser("control file", controls(), ServerParsers::control, OF_CLUSTER),
                new Parser(
                        "control file with a checksum that fits",
                        controls(),
                        bytes -> control(withChecksum(bytes)),
                        OF_CLUSTER),
                new Parser("backup_label", texts(LABEL_FILE), ServerParsers::label, OF_CLUSTER),
                new Parser(
                        "tablespace_map",
                        texts("16400 /mnt/fast\n16401 /mnt/a\\\\b\\\nc\n"),
                        bytes -> Optional.of(TablespaceMap.parse(bytes, 17).bytes(17)),
                        OF_CLUSTER),
                new Parser(
                        "timeline history",
                        texts(
                                "1\t0/4BBE3D0\tno recovery target specified\n\n3\tA/D000120\treached consistency\n",
                                "# x\n1\t0/1\n"),
                        ServerParsers::history,
                        OF_CLUSTER),
                new Parser(
                        "path in a cluster",
                        texts("base/1/16384.1", "pg_tblspc/16400/PG_17_202406281/5/16385_fsm", "x"),
                        bytes -> Optional.of(ClusterPath.of(bytes).bytes()),
                        ILLEGAL),
                new Parser(
                        "relation file",
                        texts("base/1/16384.1", "pg_tblspc/16400/PG_17_202406281/5/16385_fsm", "global/1_vm"),
                        ServerParsers::relation,
                        ILLEGAL),
                text("name of a WAL file", name -> WalFileName.parse(name).toString(), walNames()),
                new Parser("log", logs(), ServerParsers::log, MalformedWalException.class::isInstance),
                text("position", value -> Lsn.parse(value).toString(), "0/2000028", "FFFFFFFF/1"),
                text(
                        "label",
                        value -> BackupLabel.parse(value).toString(),
                        "20260101-000000F",
                        "20260101-000000F_20260102-000000I",
                        "20260101-000000F_20260102-000000D"),
                text("object key", value -> ObjectKey.of(value).toString(), "a/b c/d%2F.e"),
                text("object prefix", value -> ObjectPrefix.of(value).toString(), "a/b"),
                text(
                        "location",
                        value -> StorageLocation.parse(value).toString(),
                        "s3://bucket/a?region=b",
                        "file:///var/b",
                        "azure:https://account.example/c"));
    }

    private static List<byte[]> logs() {
        return Stream.of(WalFormat.values())
                .map(format -> {
                    WalBytes wal = WalBytes.of(format);
                    wal.pages(new RelationFork(1663, 5, 16384, Fork.MAIN), 300, 1, 2, 3);
                    wal.record(ResourceManager.TRANSACTION, 0x80, COMMIT);
                    wal.record(ResourceManager.STORAGE, 0x20, new byte[20]);
                    wal.record(ResourceManager.DATABASE, 0x00, new byte[16]);
                    wal.record(ResourceManager.LOG, 0x70, new byte[72]);
                    wal.record(10, 0, new byte[9000]);
                    return wal.bytes();
                })
                .toList();
    }

    /** Checksums are made right, so that what they cover is read. */
    private static Optional<byte[]> log(byte[] bytes) {
        StringBuilder read = new StringBuilder();
        WalScanner scanner = new WalScanner(
                WalBytes.SMALL,
                new Lsn(5L << 20),
                record -> read.append(record.head())
                        .append(record.blocks())
                        .append(TransactionEnd.of(record))
                        .append(LogEvent.of(record))
                        .append(LogEvent.levelOf(record))
                        .append(StorageChange.of(record)));
        byte[] fitting = WalBytes.withChecksums(bytes);
        scanner.accept(fitting, 0, fitting.length);
        scanner.end();
        return Optional.of(bytes);
    }

    private static String[] walNames() {
        return new String[] {
            "000000010000000000000002",
            "0000000A.history",
            "00000001000000000000000A.partial",
            "00000001000000000000000A.00000028.backup"
        };
    }

    private static Parser text(String name, UnaryOperator<String> rewrite, String... valid) {
        return new Parser(
                name,
                texts(valid),
                bytes -> Optional.of(
                        rewrite.apply(new String(bytes, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)),
                ILLEGAL);
    }

    private static List<byte[]> texts(String... texts) {
        return Stream.of(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    private static List<byte[]> controls() {
        return Stream.of(1300, 1700, 1800)
                .map(version -> Arrays.copyOf(ControlFileBytes.of(version), 600))
                .toList();
    }

    private static byte[] withChecksum(byte[] bytes) {
        byte[] fitting = Arrays.copyOf(bytes, Math.max(bytes.length, 512));
        ByteBuffer fields = ByteBuffer.wrap(fitting).order(ByteOrder.LITTLE_ENDIAN);
        int at = fields.getInt(8) >= 1800 ? 292 : 288;
        CRC32C checksum = new CRC32C();
        checksum.update(fitting, 0, at);
        fields.putInt(at, (int) checksum.getValue());
        return fitting;
    }

    /** Whatever was accepted can be asked for everything. */
    private static Optional<byte[]> control(byte[] bytes) {
        ControlFile control = ControlFile.parse(bytes);
        List<Object> asked = List.of(
                control.toString(),
                control.updated(),
                control.checkpoint(),
                control.previousTimeline(),
                control.fullPageWrites(),
                control.minRecoveryPoint(),
                control.minRecoveryPointTimeline(),
                control.backupStart(),
                control.settings(),
                control.blockSize(),
                control.blocksPerSegment(),
                control.walBlockSize(),
                control.walSegmentSize(),
                control.checksums());
        return Optional.of((control.systemIdentifier() + " " + asked).getBytes(StandardCharsets.UTF_8))
                .map(ignored -> control.bytes());
    }

    private static Optional<byte[]> label(byte[] bytes) {
        io.pgbackup.core.postgres.recovery.BackupLabel.parse(bytes);
        return Optional.empty();
    }

    private static Optional<byte[]> history(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        TimelineHistory.parse(new Timeline(9), bytes)
                .ancestors()
                .forEach(ancestor -> text.append(ancestor.timeline())
                        .append('\t')
                        .append(ancestor.end())
                        .append('\n'));
        return Optional.of(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static Optional<byte[]> relation(byte[] bytes) {
        ClusterPath path = ClusterPath.of(bytes);
        RelationFileName.isTemporary(path.name());
        return RelationFile.of(path).map(file -> ("base/1/" + file.name()).getBytes(StandardCharsets.UTF_8));
    }
}
