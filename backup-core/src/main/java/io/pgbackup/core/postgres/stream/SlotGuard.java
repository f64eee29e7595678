package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.session.ReplicationSlots;
import io.pgbackup.core.postgres.session.ServerSession;
import io.pgbackup.core.postgres.session.SlotState;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sees to it that the server keeps the log for the receiver. SQL tells most of a slot; a role that may only replicate learns from the protocol what it can.
 * For one thread.
 */
final class SlotGuard {
    private static final String DUPLICATE_OBJECT = "42710";
    private static final int READ_COMMAND_SINCE = 15;

    private final ConnectionSettings settings;
    private final String slot;
    private final StreamListener listener;
    private boolean warnedOfSql;
    private boolean warnedOfRisk;

    SlotGuard(ConnectionSettings settings, String slot, StreamListener listener) {
        this.settings = settings;
        this.slot = slot;
        this.listener = listener;
    }

    /**
     * A slot that keeps the log.
     *
     * @param state as it is
     * @param made whether it was absent
     */
    record Held(SlotState state, boolean made) {}

    Held hold(ReplicationCommands commands, boolean mayMake) throws IOException, ServerRefusal {
        Optional<SlotState> found = look(commands);
        if (found.isPresent()) {
            judge(found);
            return new Held(found.get(), false);
        }
        if (!mayMake) {
            throw gone();
        }
        make(commands);
        return new Held(look(commands).orElseThrow(this::gone), true);
    }

    /** Looks whether the server still keeps what the slot needs. */
    void look() {
        try (ServerSession session = ServerSession.connect(settings)) {
            judge(new ReplicationSlots(session).find(slot));
        }
    }

    private Optional<SlotState> look(ReplicationCommands commands) throws IOException, ServerRefusal {
        try (ServerSession session = ServerSession.connect(settings)) {
            return new ReplicationSlots(session).find(slot);
        } catch (ClusterException e) {
            warnOfSql(e);
            return byProtocol(commands);
        }
    }

    private void warnOfSql(ClusterException why) {
        if (!warnedOfSql) {
            warnedOfSql = true;
            listener.warning(
                    "replication slot " + slot,
                    "cannot be watched by SQL, so that a lost slot is noticed late: " + why.getMessage());
        }
    }

    private Optional<SlotState> byProtocol(ReplicationCommands commands) throws IOException, ServerRefusal {
        if (commands.majorVersion() >= READ_COMMAND_SINCE) {
            return commands.readSlot(slot)
                    .map(found -> new SlotState(
                            SlotState.Kind.PHYSICAL,
                            found.restart(),
                            found.restart().isPresent() ? SlotState.Hold.KEPT : SlotState.Hold.NOTHING,
                            OptionalLong.empty()));
        }
        make(commands);
        return Optional.of(
                new SlotState(SlotState.Kind.PHYSICAL, Optional.empty(), SlotState.Hold.NOTHING, OptionalLong.empty()));
    }

    private void make(ReplicationCommands commands) throws IOException, ServerRefusal {
        try {
            commands.createSlot(slot);
        } catch (ServerRefusal e) {
            if (!e.state().equals(DUPLICATE_OBJECT)) {
                throw e;
            }
        }
    }

    private void judge(Optional<SlotState> found) {
        SlotState state = found.orElseThrow(this::gone);
        if (state.kind() != SlotState.Kind.PHYSICAL) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "replication slot " + slot + " is a logical one",
                    "Give the receiver a slot of its own; it makes it itself.");
        }
        if (state.hold() == SlotState.Hold.LOST) {
            throw StreamFailures.slotLost("replication slot " + slot + " was invalidated by the server");
        }
        boolean risk = state.hold() == SlotState.Hold.AT_RISK;
        if (risk && !warnedOfRisk) {
            listener.warning(
                    "replication slot " + slot,
                    "is further behind than max_slot_wal_keep_size allows: the next checkpoint of the server may remove WAL that was not received");
        }
        warnedOfRisk = risk;
    }

    private ClusterException gone() {
        return StreamFailures.slotLost("replication slot " + slot + " is gone from the server");
    }
}
