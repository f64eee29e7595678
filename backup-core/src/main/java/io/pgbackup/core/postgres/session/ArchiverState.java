package io.pgbackup.core.postgres.session;

import io.pgbackup.core.postgres.wal.WalFileName;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What a server does with its finished segments, and how that went; asked at one moment.
 *
 * @param mode {@code off}, {@code on} or {@code always}
 * @param command that archives; empty if there is none
 * @param library that archives; empty if there is none, and before 15
 * @param lastArchived name of the last file that was archived; empty if none was
 * @param lastFailed name of the last file that could not be archived; empty if none
 * @param failures how often archiving failed since the counters were reset
 * @param failing whether the last attempt failed
 */
public record ArchiverState(
        String mode,
        String command,
        String library,
        String lastArchived,
        String lastFailed,
        long failures,
        boolean failing) {
    private static final String SQL = """
            SELECT pg_catalog.current_setting('archive_mode') AS mode,
                   (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'archive_command') AS command,
                   (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'archive_library') AS library,
                   last_archived_wal, last_failed_wal, failed_count,
                   last_failed_time > COALESCE(last_archived_time, '-infinity') AS failing
              FROM pg_catalog.pg_stat_archiver
            """;

    private static final int SEGMENT_NAME = 24;

    /**
     * Whether a segment was archived. Others may have been archived since.
     *
     * @param name of a segment on the timeline that the server writes
     * @return false if it was not, and if that cannot be told
     */
    public boolean hasArchived(WalFileName name) {
        return lastArchived.length() >= SEGMENT_NAME
                && lastArchived.substring(0, SEGMENT_NAME).compareTo(name.toString()) >= 0;
    }

    static ArchiverState ask(ServerSession session) {
        return session.ask("ask how the server archives", SQL, ArchiverState::read);
    }

    private static ArchiverState read(ResultSet row) throws SQLException {
        return new ArchiverState(
                text(row, "mode"),
                text(row, "command"),
                text(row, "library"),
                text(row, "last_archived_wal"),
                text(row, "last_failed_wal"),
                row.getLong("failed_count"),
                row.getBoolean("failing"));
    }

    private static String text(ResultSet row, String column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }
}
