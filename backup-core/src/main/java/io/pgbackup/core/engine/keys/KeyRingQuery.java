package io.pgbackup.core.engine.keys;

import io.pgbackup.EncryptionKey;
import io.pgbackup.core.crypto.KeyDerivation;
import io.pgbackup.core.crypto.KeySlot;
import io.pgbackup.core.repository.keys.KeyRing;
import io.pgbackup.core.repository.keys.KeyUnlocking;
import io.pgbackup.core.repository.keys.ObtainedKey;
import io.pgbackup.core.repository.keys.UnlockedKeys;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.KeyRingInfo;
import io.pgbackup.keys.KeySlotInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at the keys of a repository: slots and generations, and whether each copy is sound. For one thread. */
public final class KeyRingQuery {
    private final KeyUnlocking unlocking;
    private final EncryptionKey configured;

    /**
     * For one repository.
     *
     * @param unlocking opens its ring
     * @param configured the key that the user configured
     */
    public KeyRingQuery(KeyUnlocking unlocking, EncryptionKey configured) {
        this.unlocking = unlocking;
        this.configured = configured;
    }

    /**
     * Looks.
     *
     * @return the keys there are
     */
    public KeyRingInfo run() {
        String repository = unlocking.plain().name();
        try (ObtainedKey own = unlocking.obtain(configured);
                UnlockedKeys keys = unlocking.unlock(own)) {
            KeyRing ring = keys.ring();
            List<KeySlotInfo> slots =
                    ring.slots().stream().map(slot -> info(slot, ring, keys)).toList();
            long leftBehind = unlocking.stored().all().stream()
                    .filter(key -> !RingChange.counts(key, ring))
                    .count();
            return new KeyRingInfo(repository, ring.version(), ring.generations(), slots, (int) leftBehind);
        }
    }

    private KeySlotInfo info(KeyRing.Slot slot, KeyRing ring, UnlockedKeys keys) {
        List<Integer> sound = new ArrayList<>();
        Optional<KeySlot> newest = Optional.empty();
        for (int generation : ring.generations()) {
            Optional<KeySlot> stored = sound(generation, slot.number());
            if (stored.isPresent()) {
                sound.add(generation);
                newest = stored;
            }
        }
        boolean own = slot.number() == keys.slot();
        if (own) {
            sound.removeIf(
                    generation -> keys.masters().stream().noneMatch(master -> master.generation() == generation));
        }
        return new KeySlotInfo(
                slot.number(),
                slot.name(),
                newest.map(KeyRingQuery::kind),
                newest.flatMap(KeyRingQuery::wrappedBy),
                slot.added(),
                sound,
                own);
    }

    private Optional<KeySlot> sound(int generation, int number) {
        try {
            return unlocking.stored().slot(generation, number);
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.REPOSITORY_DAMAGED) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static EncryptionKey.Kind kind(KeySlot slot) {
        if (slot.derivation() instanceof KeyDerivation.Service) {
            return EncryptionKey.Kind.SERVICE;
        }
        return slot.derivation() instanceof KeyDerivation.Argon2id
                ? EncryptionKey.Kind.PASSPHRASE
                : EncryptionKey.Kind.RAW;
    }

    private static Optional<String> wrappedBy(KeySlot slot) {
        return slot.derivation() instanceof KeyDerivation.Service service
                ? Optional.of(service.service() + " " + service.wrapped().wrappedBy())
                : Optional.empty();
    }
}
