package io.pgbackup.core.engine.keys;

import io.pgbackup.EncryptionKey;
import io.pgbackup.core.repository.keys.KeyRing;
import io.pgbackup.core.repository.keys.KeyUnlocking;
import io.pgbackup.core.repository.keys.ObtainedKey;
import io.pgbackup.core.repository.keys.UnlockedKeys;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.RotateRequest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The keys that go on under a new generation, by their slots. Every slot must be among them, or dropped by its number. For one thread. */
final class Continuing implements AutoCloseable {
    private final Map<Integer, ObtainedKey> keys = new TreeMap<>();

    private Continuing() {}

    /** Obtains the keys; refuses before anything is written. */
    static Continuing of(KeyUnlocking unlocking, UnlockedKeys unlocked, RotateRequest request) {
        Continuing continuing = new Continuing();
        try {
            int count = 0;
            for (EncryptionKey key : request.others()) {
                count++;
                continuing.add(unlocking, unlocked, key, "key " + count + " of the request");
            }
            continuing.requireAll(unlocked, request);
            return continuing;
        } catch (RuntimeException e) {
            continuing.close();
            throw e;
        }
    }

    private void add(KeyUnlocking unlocking, UnlockedKeys unlocked, EncryptionKey key, String which) {
        KeyRing ring = unlocked.ring();
        ObtainedKey obtained = unlocking.obtain(key);
        int number = slot(unlocking, ring, obtained);
        if (number < 0 || number == unlocked.slot() || keys.containsKey(number)) {
            obtained.close();
            if (number < 0) {
                throw new RepositoryException(
                        ErrorCode.WRONG_KEY,
                        which + " opens no key slot of repository "
                                + unlocking.plain().name(),
                        "give the keys of the slots that keys().ring() lists");
            }
            throw KeyChanges.refused(
                    which + " opens key slot " + number + ", which goes on already", "give every key once");
        }
        keys.put(number, obtained);
    }

    private static int slot(KeyUnlocking unlocking, KeyRing ring, ObtainedKey obtained) {
        try {
            return unlocking
                    .slotOpenedBy(ring, List.of(ring.currentGeneration()), obtained)
                    .orElse(-1);
        } catch (RuntimeException e) {
            obtained.close();
            throw e;
        }
    }

    private void requireAll(UnlockedKeys unlocked, RotateRequest request) {
        for (int dropped : request.dropped()) {
            if (keys.containsKey(dropped)) {
                throw KeyChanges.refused(
                        "key slot " + dropped + " is dropped, but its key was given",
                        "drop the slot or give its key, not both");
            }
        }
        List<String> open = unlocked.ring().slots().stream()
                .filter(slot -> slot.number() != unlocked.slot()
                        && !keys.containsKey(slot.number())
                        && !request.dropped().contains(slot.number()))
                .map(slot -> slot.number() + (slot.name().isEmpty() ? "" : " (" + slot.name() + ")"))
                .toList();
        if (!open.isEmpty()) {
            throw KeyChanges.refused(
                    "nothing is said of the key slots " + open,
                    "give the key of each slot with and(), or drop it by number: its key will open nothing more");
        }
    }

    /** By number of the slot; without the configured key. */
    Map<Integer, ObtainedKey> keys() {
        return keys;
    }

    @Override
    public void close() {
        keys.values().forEach(ObtainedKey::close);
    }
}
