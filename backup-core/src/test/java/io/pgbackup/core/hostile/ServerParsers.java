package io.pgbackup.core.hostile;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.ControlFileBytes;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.RelationFile;
import io.pgbackup.core.postgres.files.RelationFileName;
import io.pgbackup.core.postgres.recovery.TablespaceMap;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalFileName;
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
