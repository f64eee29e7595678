package io.pgbackup.core.engine.keys;

import io.pgbackup.core.crypto.KeySlot;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.RepositoryLayout;
import io.pgbackup.core.repository.keys.KeyRing;
import io.pgbackup.core.repository.keys.KeyUnlocking;
import io.pgbackup.core.repository.keys.ObtainedKey;
import io.pgbackup.core.repository.keys.UnlockedKeys;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One attempt to change a key ring. Its slots count for nothing until the next ring is created; that key is created once, so of two changes that began
 * at the same ring one fails and has changed nothing. Only then is deleted what no longer counts, and only what was there before: whoever
 * made that can no longer succeed. For one thread.
 */
final class RingChange {
    private final KeyUnlocking unlocking;
    private final UnlockedKeys keys;
    private final List<ObjectKey> before;
    private final List<ObjectKey> made = new ArrayList<>();

    RingChange(KeyUnlocking unlocking, UnlockedKeys keys) {
        this.unlocking = unlocking;
        this.keys = keys;
        this.before = unlocking.stored().all();
    }

    UnlockedKeys keys() {
        return keys;
    }

    KeyRing ring() {
        return keys.ring();
    }

    /** A number that no slot had, in whatever generation. */
    int freeNumber() {
        int used = before.stream()
                .mapToInt(key -> Integer.parseInt(key.name()))
                .max()
                .orElse(0);
        return Math.max(ring().nextSlot(), used + 1);
    }

    /** Claims a generation that never was, so that all its slots hold one and the same master key. */
    int claimGeneration() {
        int generation = Math.max(
                        ring().currentGeneration(),
                        unlocking.stored().generations().max().orElse(0))
                + 1;
        while (!unlocking
                .plain()
                .createRecord(RepositoryLayout.keyClaim(generation), HeaderKind.KEY_RING, new byte[0])) {
            generation++;
        }
        return generation;
    }

    /** Returns false if the slot's key is taken. */
    boolean createSlot(MasterKey master, int number, ObtainedKey key) {
        KeySlot slot = unlocking.slots().create(master, number, key.credential());
        boolean created = unlocking.stored().create(slot);
        if (created) {
            made.add(RepositoryLayout.keySlot(master.generation(), number));
        }
        return created;
    }

    /** Returns false if another change was faster. If it throws, the change may have been made: then nothing may be undone. */
    boolean commit(KeyRing next, RepositoryCipher cipher) {
        return unlocking
                .plain()
                .sealedBy(cipher)
                .createRecord(RepositoryLayout.keyRing(next.version()), HeaderKind.KEY_RING, next.toBytes());
    }

    /** Removes what this change made, after another one was faster. */
    void undo() {
        unlocking.plain().delete(made);
    }

    /** Removes what no longer counts. What cannot be removed is of no use either, but should be known. */
    void sweep(KeyRing current, Consumer<RepositoryException> stays) {
        List<ObjectKey> useless =
                before.stream().filter(key -> !counts(key, current)).toList();
        try {
            unlocking.plain().delete(useless);
        } catch (RepositoryException e) {
            stays.accept(e);
        }
    }

    /** Whether a ring names a stored slot. */
    static boolean counts(ObjectKey key, KeyRing ring) {
        return ring.slots().stream()
                .anyMatch(slot -> ring.generations().stream()
                        .anyMatch(generation -> key.equals(RepositoryLayout.keySlot(generation, slot.number()))));
    }
}
