package io.pgbackup.core.engine.keys;

import io.pgbackup.EncryptionKey;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.repository.keys.KeyRing;
import io.pgbackup.core.repository.keys.KeyUnlocking;
import io.pgbackup.core.repository.keys.ObtainedKey;
import io.pgbackup.core.repository.keys.UnlockedKeys;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.RotateRequest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Adds and removes key slots and draws new generations of the master key. For one repository and one thread. */
public final class KeyChanges {
    private static final int MOST_ATTEMPTS = 5;

    private final KeyUnlocking unlocking;
    private final EncryptionKey configured;
    private final InstantSource clock;
    private final Consumer<RepositoryException> stays;
    private final SecureRandom random = new SecureRandom();

    /**
     * For one repository.
     *
     * @param unlocking opens its ring
     * @param configured the key that the user configured
     * @param clock for the times in the ring
     * @param stays hears if a slot that no longer counts cannot be deleted
     */
    public KeyChanges(
            KeyUnlocking unlocking,
            EncryptionKey configured,
            InstantSource clock,
            Consumer<RepositoryException> stays) {
        this.unlocking = unlocking;
        this.configured = configured;
        this.clock = clock;
        this.stays = stays;
    }

    /** What an attempt wants to become the next ring. */
    private record Wanted(KeyRing ring, Optional<MasterKey> next) {}

    /** Prepares one attempt; empty if another change was noticed already. */
    private interface Preparation {
        Optional<Wanted> prepare(RingChange change, ObtainedKey own, Instant now);
    }

    /**
     * Adds a slot, unless the key opens one already.
     *
     * @param name of the slot
     * @param key that shall open the repository
     * @return number of its slot
     */
    public int add(String name, EncryptionKey key) {
        try (ObtainedKey obtained = unlocking.obtain(key)) {
            Optional<Integer> known = knownSlot(obtained);
            if (known.isPresent()) {
                return known.get();
            }
            KeyRing ring = change((change, own, now) -> {
                int number = change.freeNumber();
                boolean made = change.keys().masters().stream()
                        .allMatch(master -> change.createSlot(master, number, obtained));
                return made ? Optional.of(wanted(change.ring().with(number, name, now))) : Optional.empty();
            });
            return ring.nextSlot() - 1;
        }
    }

    private Optional<Integer> knownSlot(ObtainedKey key) {
        try (ObtainedKey own = unlocking.obtain(configured);
                UnlockedKeys keys = unlocking.unlock(own)) {
            return unlocking.slotOpenedBy(keys.ring(), keys.ring().generations(), key);
        }
    }

    /**
     * Removes a slot.
     *
     * @param number of the slot
     */
    public void remove(int number) {
        change((change, own, now) -> {
            requireRemovable(change.keys(), number);
            return Optional.of(wanted(change.ring().without(Set.of(number), now)));
        });
    }

    private void requireRemovable(UnlockedKeys keys, int number) {
        if (keys.ring().slot(number).isEmpty()) {
            throw refused("repository " + repositoryName() + " has no key slot " + number, "keys().ring() lists them");
        }
        if (keys.slot() == number) {
            throw refused(
                    "key slot " + number + " is the one that the configured key opens",
                    "add another key, configure that one, and remove this slot with it");
        }
    }

    /**
     * Draws a new generation of the master key.
     *
     * @param request which slots go on
     * @return the new generation
     */
    public int rotate(RotateRequest request) {
        KeyRing rotated = change((change, own, now) -> {
            try (Continuing going = Continuing.of(unlocking, change.keys(), request)) {
                request.dropped().forEach(number -> requireRemovable(change.keys(), number));
                MasterKey next = MasterKey.generate(change.claimGeneration(), random);
                boolean made = change.createSlot(next, change.keys().slot(), own)
                        && going.keys().entrySet().stream()
                                .allMatch(other -> change.createSlot(next, other.getKey(), other.getValue()));
                if (!made) {
                    next.close();
                    return Optional.empty();
                }
                KeyRing ring = change.ring().rotated(next.generation(), request.dropped(), now);
                return Optional.of(new Wanted(ring, Optional.of(next)));
            }
        });
        return rotated.currentGeneration();
    }

    private KeyRing change(Preparation preparation) {
        try (ObtainedKey own = unlocking.obtain(configured)) {
            for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
                try (UnlockedKeys keys = unlocking.unlock(own)) {
                    keys.damage().ifPresent(damage -> {
                        throw damage;
                    });
                    RingChange change = new RingChange(unlocking, keys);
                    Optional<Wanted> wanted = preparation.prepare(change, own, clock.instant());
                    if (wanted.isPresent() && commit(change, wanted.get())) {
                        change.sweep(wanted.get().ring(), stays);
                        return wanted.get().ring();
                    }
                    change.undo();
                }
            }
        }
        throw new ConflictException(
                ErrorCode.KEYS_CHANGED,
                "the keys of repository " + repositoryName() + " were changed by others again and again",
                "look at keys().ring(), and repeat what is still wanted");
    }

    private static boolean commit(RingChange change, Wanted wanted) {
        try (RepositoryCipher cipher = wanted.next().map(change.keys()::cipher).orElseGet(change.keys()::cipher)) {
            return change.commit(wanted.ring(), cipher);
        } finally {
            wanted.next().ifPresent(MasterKey::close);
        }
    }

    private static Wanted wanted(KeyRing ring) {
        return new Wanted(ring, Optional.empty());
    }

    private String repositoryName() {
        return unlocking.plain().name();
    }

    static ConfigurationException refused(String message, String hint) {
        return new ConfigurationException(ErrorCode.INVALID_REQUEST, message, hint);
    }
}
