package io.pgbackup.keys;

import io.pgbackup.EncryptionKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A key slot: what one passphrase, raw key or key of a key management service opens.
 *
 * @param number its number, never used again for another
 * @param name as it was added; empty for the slot that the repository began with
 * @param kind how its key becomes a master key; empty if no stored copy of the slot can be understood
 * @param wrappedBy service and name of the key that wrapped the newest sound copy, with its version if the service has versions; empty for slots of other kinds
 * @param added when; empty for the slot that the repository began with
 * @param generations of which the slot is stored and sound; all of the ring's unless it was damaged
 * @param configured whether the key with which the repository was configured opens it
 */
public record KeySlotInfo(
        int number,
        String name,
        Optional<EncryptionKey.Kind> kind,
        Optional<String> wrappedBy,
        Optional<Instant> added,
        List<Integer> generations,
        boolean configured) {
    /** Copies the list. */
    public KeySlotInfo {
        generations = List.copyOf(generations);
    }
}
