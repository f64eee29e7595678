package io.pgbackup.core.postgres.recovery;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the file {@code backup_label} says (written by {@code build_backup_content} in {@code xlogbackup.c}). Only read here: a restore writes
 * the bytes that the server gave, unchanged.
 *
 * @param start where replay begins; all WAL from here on is needed
 * @param checkpoint where the checkpoint record of the start is
 * @param timeline of the start
 * @param fromStandby whether the backup was taken on a standby
 */
public record BackupLabel(Lsn start, Lsn checkpoint, Timeline timeline, boolean fromStandby) {
    private static final String START = "START WAL LOCATION";
    private static final String CHECKPOINT = "CHECKPOINT LOCATION";
    private static final String TIMELINE = "START TIMELINE";

    /**
     * Reads the file.
     *
     * @param bytes of the file
     * @return what it says
     * @throws ClusterException {@code SOURCE_UNREADABLE} if a line is missing or contradicts another, as the server itself would refuse
     */
    public static BackupLabel parse(byte[] bytes) {
        Map<String, String> lines = new LinkedHashMap<>();
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                lines.putIfAbsent(line.substring(0, colon), line.substring(colon + 2));
            }
        });
        try {
            String start = required(lines, START);
            int space = start.indexOf(" (file ");
            Timeline timeline = new Timeline(Long.parseLong(required(lines, TIMELINE)));
            WalFileName file = WalFileName.parse(start.substring(space + " (file ".length(), start.length() - 1));
            if (!file.timeline().equals(timeline)) {
                throw new IllegalArgumentException("timeline " + timeline + " is not the one of file " + file);
            }
            return new BackupLabel(
                    Lsn.parse(start.substring(0, space)),
                    Lsn.parse(required(lines, CHECKPOINT)),
                    timeline,
                    "standby".equals(lines.get("BACKUP FROM")));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new ClusterException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "cannot use backup_label: " + e.getMessage(),
                    "The file must be exactly what the server gave when the backup was stopped.",
                    e);
        }
    }

    private static String required(Map<String, String> lines, String key) {
        String value = lines.get(key);
        if (value == null) {
            throw new IllegalArgumentException("it has no line '" + key + "'");
        }
        return value;
    }
}
