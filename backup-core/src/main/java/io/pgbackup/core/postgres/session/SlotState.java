package io.pgbackup.core.postgres.session;

import io.pgbackup.Lsn;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server says of one of its replication slots.
 *
 * @param kind what it serves
 * @param restart from where on the server keeps its log for it; empty if it keeps none
 * @param hold whether the server still has that log
 * @param safeBytes how much may yet be written before the slot may be lost; empty without {@code max_slot_wal_keep_size}
 */
public record SlotState(Kind kind, Optional<Lsn> restart, Hold hold, OptionalLong safeBytes) {
    /** What a slot serves. */
    public enum Kind {
        /** The log as it is. */
        PHYSICAL,
        /** Changes decoded from it. */
        LOGICAL
    }

    /** Whether a server has what a slot needs. */
    public enum Hold {
        /** All of it. */
        KEPT,
        /** All of it, but the next checkpoint may remove some: the slot is further behind than {@code max_slot_wal_keep_size} allows. */
        AT_RISK,
        /** Some of it was removed, or the slot was invalidated: it will never serve again. */
        LOST,
        /** The slot was made without reserving anything and has not been used. */
        NOTHING
    }
}
