package io.pgbackup.core.repository;

import io.pgbackup.core.crypto.KeySlot;
import io.pgbackup.core.crypto.KeySlots;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.crypto.SlotCredential;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Opens the key ring of a repository: finds a slot that a credential opens, reads the newest ring with it, and opens that slot's copies of the older
 * generations. What the ring does not name is not used, so a change of keys that was interrupted changes nothing. Safe for use by many threads.
 */
public final class KeyUnlocking {
    private final OpenRepository plain;
    private final byte[] repositoryId;
    private final KeySlots slots;

    /**
     * For one repository.
     *
     * @param plain reads what is readable without a key
     * @param repositoryId its id
     * @param slots opens slots
     */
    KeyUnlocking(OpenRepository plain, byte[] repositoryId, KeySlots slots) {
        this.plain = plain;
        this.repositoryId = repositoryId.clone();
        this.slots = slots;
    }

    /** The objects beneath, for those that are read without a key. */
    public OpenRepository plain() {
        return plain;
    }

    /** Makes and opens slots. */
    public KeySlots slots() {
        return slots;
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
        OptionalInt version = numbers(RepositoryLayout.KEY_RINGS).max();
        Optional<StoredRing> stored = version.isPresent() ? Optional.of(stored(version.getAsInt())) : Optional.empty();
        int generation = stored.map(StoredRing::generation).orElse(KeyRing.FIRST_GENERATION);
        int[] candidates = numbers(RepositoryLayout.keyGeneration(generation)).toArray();
        if (candidates.length == 0) {
            throw noSlot();
        }
        List<RepositoryException> untried = new ArrayList<>();
        boolean removed = false;
        for (int number : candidates) {
            Optional<MasterKey> master = tryOpen(generation, number, key.credential(), untried);
            if (master.isPresent()) {
                KeyRing ring = stored.map(found -> read(found, master.get())).orElseGet(KeyRing::first);
                if (ring.slot(number).isPresent()) {
                    return withOlder(ring, number, master.get(), key.credential());
                }
                master.get().close();
                removed = true;
            }
        }
        if (!untried.isEmpty() && !removed) {
            throw untried.get(0);
        }
        throw wrongKey(key, removed);
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
        } catch (RuntimeException e) {
            master.close();
            throw e;
        }
    }

    private UnlockedKeys withOlder(KeyRing ring, int number, MasterKey current, SlotCredential credential) {
        Map<Integer, MasterKey> masters = new HashMap<>(Map.of(current.generation(), current));
        Map<Integer, RepositoryException> closed = new HashMap<>();
        try {
            for (int generation : ring.generations()) {
                if (generation != current.generation()) {
                    List<RepositoryException> failures = new ArrayList<>();
                    tryOpen(generation, number, credential, failures)
                            .ifPresentOrElse(
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
     */
    public Optional<Integer> slotOpenedBy(KeyRing ring, List<Integer> generations, ObtainedKey key) {
        return ring.slots().stream()
                .map(KeyRing.Slot::number)
                .filter(number -> generations.stream().allMatch(generation -> opens(generation, number, key)))
                .findFirst();
    }

    private boolean opens(int generation, int number, ObtainedKey key) {
        Optional<MasterKey> master = tryOpen(generation, number, key.credential(), new ArrayList<>());
        master.ifPresent(MasterKey::close);
        return master.isPresent();
    }

    /** A damaged slot, or one of a kind that only a newer version knows, does not keep the others from opening. */
    private Optional<MasterKey> tryOpen(
            int generation, int number, SlotCredential credential, List<RepositoryException> failures) {
        try {
            return slot(generation, number).flatMap(slot -> slots.open(slot, credential));
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.FORMAT_UNSUPPORTED && e.code() != ErrorCode.REPOSITORY_DAMAGED) {
                throw e;
            }
            failures.add(e);
            return Optional.empty();
        }
    }

    /**
     * Reads a slot.
     *
     * @param generation of the master key
     * @param number of the slot
     * @return empty if (and only if) it is not there
     * @throws RepositoryException if it is damaged, moved or from a newer version
     */
    public Optional<KeySlot> slot(int generation, int number) {
        ObjectKey key = RepositoryLayout.keySlot(generation, number);
        Optional<KeySlot> slot =
                plain.readRecord(key, HeaderKind.KEY_SLOT).map(content -> plain.parse(key, content, KeySlot::decode));
        slot.ifPresent(found -> {
            if (found.generation() != generation || found.number() != number) {
                throw plain.malformed(key, new IllegalArgumentException("it is " + found));
            }
        });
        return slot;
    }

    /**
     * The slots of all generations, of whatever use.
     *
     * @return their keys
     */
    public List<ObjectKey> storedSlots() {
        List<ObjectKey> stored = new ArrayList<>();
        storedGenerations()
                .forEach(generation -> numbers(RepositoryLayout.keyGeneration(generation))
                        .forEach(number -> stored.add(RepositoryLayout.keySlot(generation, number))));
        return stored;
    }

    /**
     * The generations of which anything is stored, of whatever use.
     *
     * @return their numbers
     */
    public IntStream storedGenerations() {
        return plain.list(RepositoryLayout.KEYS).prefixes().stream()
                .map(ObjectPrefix::name)
                .flatMapToInt(KeyUnlocking::number);
    }

    private IntStream numbers(ObjectPrefix prefix) {
        return plain.list(prefix).objects().stream()
                .map(ObjectInfo::key)
                .map(ObjectKey::name)
                .flatMapToInt(KeyUnlocking::number)
                .sorted();
    }

    private static IntStream number(String name) {
        return name.matches("0|[1-9][0-9]{0,8}") ? IntStream.of(Integer.parseInt(name)) : IntStream.empty();
    }

    RepositoryException noSlot() {
        return new RepositoryException(
                ErrorCode.OBJECT_MISSING,
                "repository " + plain.name() + " has no key slot",
                "its making was interrupted: call initialize again; if it holds backups, its keys were removed:"
                        + " bring back the objects below 'keys'");
    }

    private RepositoryException wrongKey(ObtainedKey key, boolean removed) {
        return new RepositoryException(
                ErrorCode.WRONG_KEY,
                "the given " + key.description() + " opens no key slot of repository " + plain.name()
                        + (removed ? " any more: its slot was removed" : ""),
                removed
                        ? "use a key that was not removed"
                        : "check the source of the secret; a trailing blank or another encoding makes another secret");
    }
}
