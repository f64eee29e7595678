package io.pgbackup.core.postgres.session;

import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The one statement that asks for {@link ServerFacts}. Settings the role may not see are null instead of an error. */
final class FactsQuery {
    private static final String SQL = """
            SELECT s.system_identifier, s.catalog_version_no, i.database_block_size, i.bytes_per_wal_segment,
                   i.data_page_checksum_version, c.timeline_id, pg_catalog.pg_is_in_recovery() AS in_recovery,
                   (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory') AS data_directory,
                   pg_catalog.current_setting('wal_level') AS wal_level,
                   pg_catalog.current_setting('archive_mode') AS archive_mode,
                   pg_catalog.current_setting('full_page_writes') AS full_page_writes,
                   pg_catalog.current_setting('summarize_wal', true) AS summarize_wal,
                   pg_catalog.current_setting('max_replication_slots')::pg_catalog.int4 AS max_replication_slots
              FROM pg_catalog.pg_control_system() AS s, pg_catalog.pg_control_init() AS i,
                   pg_catalog.pg_control_checkpoint() AS c
            """;

    private final ServerSession session;

    FactsQuery(ServerSession session) {
        this.session = session;
    }

    ServerFacts run() {
        return session.ask("ask the server about itself", SQL, this::read);
    }

    private ServerFacts read(ResultSet row) throws SQLException {
        ServerFacts.Identity identity = new ServerFacts.Identity(
                row.getLong("system_identifier"), row.getInt("catalog_version_no"), row.getString("data_directory"));
        ServerFacts.Layout layout = new ServerFacts.Layout(
                row.getInt("database_block_size"),
                new WalSegmentSize(row.getInt("bytes_per_wal_segment")),
                row.getInt("data_page_checksum_version") != 0);
        ServerFacts.Archiving archiving = new ServerFacts.Archiving(
                row.getString("wal_level"),
                row.getString("archive_mode"),
                "on".equals(row.getString("full_page_writes")),
                "on".equals(row.getString("summarize_wal")));
        ServerFacts.Operation operation = new ServerFacts.Operation(
                row.getBoolean("in_recovery"),
                new Timeline(Integer.toUnsignedLong(row.getInt("timeline_id"))),
                archiving,
                row.getInt("max_replication_slots"));
        return new ServerFacts(session.version(), identity, layout, operation);
    }
}
