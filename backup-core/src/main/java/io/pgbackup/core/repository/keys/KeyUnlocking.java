package io.pgbackup.core.repository.keys;

import io.pgbackup.EncryptionKey;
import io.pgbackup.core.crypto.KeyServiceErrors;
import io.pgbackup.core.crypto.KeySlots;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.crypto.SlotCredential;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Opens the key ring of a repository: finds a slot that a credential opens, reads the newest ring with it, and opens that slot's copies of the older
 * generations. What the ring does not name is not used, so a change of keys that was interrupted changes nothing. Safe for use by many threads.
 */
public final class KeyUnlocking {
    private final OpenRepository plain;
    private final byte[] repositoryId;
    private final KeySlots slots;
    private final StoredSlots stored;
    private final KeySource source;

    /**
     * For one repository.
     *
     * @param plain reads what is readable without a key
     * @param repositoryId its id
     * @param slots opens slots
     * @param source of keys
     */
    KeyUnlocking(OpenRepository plain, byte[] repositoryId, KeySlots slots, KeySource source) {
        this.plain = plain;
        this.repositoryId = repositoryId.clone();
        this.slots = slots;
        this.stored = new StoredSlots(plain, slots);
        this.source = source;
    }

    /** Where a key comes from, given the name of the repository. */
    interface KeySource {
        ObtainedKey obtain(String repository, EncryptionKey key);
    }

    /**
     * Asks the source of a key.
     *
     * @param key whose source is asked
     * @return to be closed
     * @throws io.pgbackup.error.ConfigurationException with {@link ErrorCode#SECRET_UNAVAILABLE} if the source gives none
     */
    public ObtainedKey obtain(EncryptionKey key) {
        return source.obtain(plain.name(), key);
    }

    /** The objects beneath, for those that are read without a key. */
    public OpenRepository plain() {
        return plain;
    }

    /** The slots, whether they count or not. */
    public StoredSlots stored() {
        return stored;
    }

    /** Makes and opens slots. */
    public KeySlots slots() {
        return slots;
    }

    /** The ring itself is damaged; the slots may open all the same. */
    private static final class DamagedRing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final RepositoryException damage;

        DamagedRing(RepositoryException damage) {
            super(damage);
            this.damage = damage;
        }
    }

    /**
     * The cipher of the repository. If the newest ring is damaged nobody knows under which generation to write; but the slots still tell how to
     * read, and that must not depend on so small an object.
     *
     * @param key the credential
     * @return to be closed; opens only, if the ring is damaged
     */
    RepositoryCipher cipher(ObtainedKey key) {
        try (UnlockedKeys keys = search(key)) {
            return keys.cipher();
        } catch (DamagedRing e) {
            return readingCipher(key, e.damage);
        }
    }

    private RepositoryCipher readingCipher(ObtainedKey key, RepositoryException damage) {
        Map<Integer, MasterKey> masters = new HashMap<>();
        List<RepositoryException> failures = new ArrayList<>();
        try {
            for (int generation : stored.generations().toArray()) {
                for (int number : stored.numbers(RepositoryLayout.keyGeneration(generation))
                        .toArray()) {
                    if (!masters.containsKey(generation)) {
                        stored.tryOpen(generation, number, key.credential(), failures)
                                .ifPresent(master -> masters.put(generation, master));
                    }
                }
            }
            if (masters.isEmpty()) {
                throw ofService(failures).orElse(damage);
            }
            return RepositoryCipher.readOnly(repositoryId, masters.values(), damage);
        } finally {
            masters.values().forEach(MasterKey::close);
        }
    }

    /** Where a ring was found, and how to read it. */
    private record StoredRing(ObjectKey key, byte[] object, int generation) {}

    /**
     * Opens everything that a credential opens.
     *
     * @param key the credential
     * @return to be closed
     * @throws RepositoryException with {@link ErrorCode#WRONG_KEY} if it opens no slot that counts; with {@link ErrorCode#REPOSITORY_DAMAGED} if
     *     it opens none, but not all could be tried; with {@link ErrorCode#OBJECT_MISSING} if there is no slot
     */
    public UnlockedKeys unlock(ObtainedKey key) {
        try {
            return search(key);
        } catch (DamagedRing e) {
            throw e.damage;
        }
    }

    private UnlockedKeys search(ObtainedKey key) {
        OptionalInt version = stored.numbers(RepositoryLayout.KEY_RINGS).max();
        Optional<StoredRing> found = version.isPresent() ? Optional.of(readable(version.getAsInt())) : Optional.empty();
        int generation = found.map(StoredRing::generation).orElse(KeyRing.FIRST_GENERATION);
        int[] candidates =
                stored.numbers(RepositoryLayout.keyGeneration(generation)).toArray();
        if (candidates.length == 0) {
            throw noSlot();
        }
        List<RepositoryException> untried = new ArrayList<>();
        boolean removed = false;
        for (int number : candidates) {
            Optional<MasterKey> master = stored.tryOpen(generation, number, key.credential(), untried);
            if (master.isPresent()) {
                KeyRing ring = found.map(newest -> read(newest, master.get())).orElseGet(KeyRing::first);
                if (ring.slot(number).isPresent()) {
                    return withOlder(ring, number, master.get(), key.credential());
                }
                master.get().close();
                removed = true;
            }
        }
        ofService(untried).ifPresent(failure -> {
            throw failure;
        });
        if (!untried.isEmpty() && !removed) {
            throw untried.get(0);
        }
        throw wrongKey(key, generation, removed);
    }

    /** What a service did not answer is neither damage nor a wrong key. */
    private static Optional<RepositoryException> ofService(List<RepositoryException> failures) {
        return failures.stream().filter(KeyServiceErrors::isOne).findFirst();
    }

    private StoredRing readable(int version) {
        try {
            return stored(version);
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.REPOSITORY_DAMAGED) {
                throw e;
            }
            throw new DamagedRing(e);
        }
    }

    private StoredRing stored(int version) {
        ObjectKey key = RepositoryLayout.keyRing(version);
        byte[] object = plain.readObject(key).orElseThrow(() -> plain.missing(key));
        ObjectHeader header = ObjectHeader.parse(key, object, Math.min(object.length, ObjectHeader.LONGEST));
        if (header.generation() < KeyRing.FIRST_GENERATION) {
            throw plain.malformed(key, new IllegalArgumentException("it is not encrypted"));
        }
        return new StoredRing(key, object, header.generation());
    }

    private KeyRing read(StoredRing stored, MasterKey master) {
        try (RepositoryCipher cipher = RepositoryCipher.encrypted(repositoryId, List.of(master))) {
            byte[] content = plain.sealedBy(cipher).open(stored.key(), HeaderKind.KEY_RING, stored.object());
            KeyRing ring = plain.parse(stored.key(), content, KeyRing::parse);
            boolean itself = stored.key().equals(RepositoryLayout.keyRing(ring.version()));
            if (!itself || ring.currentGeneration() != stored.generation()) {
                throw plain.malformed(
                        stored.key(),
                        new IllegalArgumentException(
                                "it is ring " + ring.version() + " of generation " + ring.currentGeneration()));
            }
            return ring;
        } catch (RepositoryException e) {
            master.close();
            throw new DamagedRing(e);
        }
    }

    private UnlockedKeys withOlder(KeyRing ring, int number, MasterKey current, SlotCredential credential) {
        Map<Integer, MasterKey> masters = new HashMap<>(Map.of(current.generation(), current));
        Map<Integer, RepositoryException> closed = new HashMap<>();
        try {
            for (int generation : ring.generations()) {
                if (generation != current.generation()) {
                    List<RepositoryException> failures = new ArrayList<>();
                    Optional<MasterKey> opened = stored.tryOpen(generation, number, credential, failures);
                    ofService(failures).ifPresent(failure -> {
                        throw failure;
                    });
                    opened.ifPresentOrElse(
                            master -> masters.put(generation, master),
                            () -> closed.put(generation, notOpened(generation, number, failures)));
                }
            }
        } catch (RuntimeException e) {
            masters.values().forEach(MasterKey::close);
            throw e;
        }
        return new UnlockedKeys(repositoryId, ring, number, masters, closed);
    }

    private RepositoryException notOpened(int generation, int number, List<RepositoryException> failures) {
        ObjectKey key = RepositoryLayout.keySlot(generation, number);
        return failures.isEmpty()
                ? new RepositoryException(
                        ErrorCode.REPOSITORY_DAMAGED,
                        "key slot " + key + " in repository " + plain.name() + " is missing or another key's",
                        "what is sealed under generation " + generation
                                + " needs another key, or that object brought back")
                : failures.get(0);
    }

    /**
     * Which slot of a ring a key opens.
     *
     * @param ring whose slots are tried
     * @param generations in all of which it must open
     * @param key the credential
     * @return number of the slot; empty if it opens none
     * @throws RepositoryException if a key management service did not say whether it does
     */
    public Optional<Integer> slotOpenedBy(KeyRing ring, List<Integer> generations, ObtainedKey key) {
        List<RepositoryException> failures = new ArrayList<>();
        Optional<Integer> slot = ring.slots().stream()
                .map(KeyRing.Slot::number)
                .filter(number -> generations.stream().allMatch(generation -> opens(generation, number, key, failures)))
                .findFirst();
        if (slot.isEmpty()) {
            ofService(failures).ifPresent(failure -> {
                throw failure;
            });
        }
        return slot;
    }

    private boolean opens(int generation, int number, ObtainedKey key, List<RepositoryException> failures) {
        Optional<MasterKey> master = stored.tryOpen(generation, number, key.credential(), failures);
        master.ifPresent(MasterKey::close);
        return master.isPresent();
    }

    RepositoryException noSlot() {
        return new RepositoryException(
                ErrorCode.OBJECT_MISSING,
                "repository " + plain.name() + " has no key slot",
                "its making was interrupted: call initialize again; if it holds backups, its keys were removed:"
                        + " bring back the objects below 'keys'");
    }

    private RepositoryException wrongKey(ObtainedKey key, int generation, boolean removed) {
        return new RepositoryException(
                ErrorCode.WRONG_KEY,
                "the given " + key.description() + " opens no key slot of repository " + plain.name()
                        + (removed ? " any more: its slot was removed" : ""),
                removed ? "use a key that was not removed" : whatToCheck(key, generation));
    }

    private String whatToCheck(ObtainedKey key, int generation) {
        if (key.credential() instanceof SlotCredential.Service credential) {
            String service = credential.wrapper().service();
            List<String> known = stored.wrappedBy(generation, service);
            return known.isEmpty()
                    ? "no slot was wrapped by " + service + "; open the repository with another key and add this one"
                    : "what " + service + " wrapped: " + String.join(", ", known)
                            + "; configure that key. An alias or a name may have come to mean another key";
        }
        return "check the source of the secret; a trailing blank or another encoding makes another secret";
    }
}
