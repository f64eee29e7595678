package io.pgbackup.core.postgres.session;

import io.pgbackup.Lsn;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The replication slots of a server, by SQL. Safe for use by many threads. */
public final class ReplicationSlots {
    private final ServerSession session;

    /**
     * The slots of the server of a session.
     *
     * @param session of any role: all may look
     */
    public ReplicationSlots(ServerSession session) {
        this.session = session;
    }

    /**
     * Looks at a slot.
     *
     * @param name of the slot
     * @return empty if there is none
     * @throws io.pgbackup.error.ClusterException {@code SESSION_LOST}
     */
    public Optional<SlotState> find(String name) {
        return session.ask(
                "look at the replication slot " + name,
                "SELECT s.slot_type, s.restart_lsn::pg_catalog.text, s.wal_status, s.safe_wal_size FROM (SELECT 1) AS one"
                        + " LEFT JOIN pg_catalog.pg_replication_slots AS s ON s.slot_name = ?::pg_catalog.name",
                ReplicationSlots::read,
                name);
    }

    private static Optional<SlotState> read(ResultSet row) throws SQLException {
        String kind = row.getString(1);
        if (kind == null) {
            return Optional.empty();
        }
        Optional<Lsn> restart = Optional.ofNullable(row.getString(2)).map(Lsn::parse);
        long safe = row.getLong(4);
        return Optional.of(new SlotState(
                kind.equals("physical") ? SlotState.Kind.PHYSICAL : SlotState.Kind.LOGICAL,
                restart,
                hold(row.getString(3)),
                row.wasNull() ? OptionalLong.empty() : OptionalLong.of(safe)));
    }

    private static SlotState.Hold hold(@Nullable String status) {
        if (status == null) {
            return SlotState.Hold.NOTHING;
        }
        return switch (status) {
            case "lost" -> SlotState.Hold.LOST;
            case "unreserved" -> SlotState.Hold.AT_RISK;
            default -> SlotState.Hold.KEPT;
        };
    }
}
