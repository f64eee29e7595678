package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what the log says of itself (PostgreSQL {@code pg_control.h} and {@code xlog_internal.h}). */
final class LogEventReader {
    private static final int CHECKPOINT_SHUTDOWN = 0x00;
    private static final int CHECKPOINT_ONLINE = 0x10;
    private static final int BACKUP_END = 0x50;
    private static final int PARAMETER_CHANGE = 0x60;
    private static final int RESTORE_POINT = 0x70;
    private static final int END_OF_RECOVERY = 0x90;
    private static final int CHECKPOINT_REDO = 0xE0;
    private static final int NAME_BYTES = 64;

    private LogEventReader() {}

    static @Nullable LogEvent read(WalRecord record) {
        ByteBuffer fields = record.fields();
        return switch (record.head().operation()) {
            case CHECKPOINT_SHUTDOWN -> checkpoint(fields, true);
            case CHECKPOINT_ONLINE -> checkpoint(fields, false);
            case BACKUP_END -> new LogEvent.BackupEnd(new Lsn(fields.getLong(0)));
            case RESTORE_POINT -> new LogEvent.RestorePoint(name(fields), ServerTime.instant(fields.getLong(0)));
            case END_OF_RECOVERY ->
                new LogEvent.EndOfRecovery(
                        timeline(fields, 8), timeline(fields, 12), ServerTime.instant(fields.getLong(0)));
            default -> level(record).orElse(null);
        };
    }

    static Optional<LogEvent.Level> level(WalRecord record) {
        boolean since17 = record.format().compareTo(WalFormat.V17) >= 0;
        int at = switch (record.head().operation()) {
            case PARAMETER_CHANGE -> 20;
            case CHECKPOINT_SHUTDOWN, CHECKPOINT_ONLINE -> since17 ? 20 : -1;
            case END_OF_RECOVERY -> since17 ? 16 : -1;
            case CHECKPOINT_REDO -> since17 ? 0 : -1;
            default -> -1;
        };
        return at < 0
                ? Optional.empty()
                : Optional.of(new LogEvent.Level(record.fields().getInt(at)));
    }

    private static LogEvent checkpoint(ByteBuffer fields, boolean shutdown) {
        Instant time = Instant.ofEpochSecond(fields.getLong(64));
        return new LogEvent.Checkpoint(
                shutdown, new Lsn(fields.getLong(0)), timeline(fields, 8), timeline(fields, 12), time);
    }

    private static Timeline timeline(ByteBuffer fields, int at) {
        return new Timeline(Integer.toUnsignedLong(fields.getInt(at)));
    }

    private static String name(ByteBuffer fields) {
        byte[] bytes = new byte[NAME_BYTES];
        fields.get(Long.BYTES, bytes);
        int length = 0;
        while (length < NAME_BYTES && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
