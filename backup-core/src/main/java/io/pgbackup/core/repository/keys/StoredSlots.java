package io.pgbackup.core.repository.keys;

import io.pgbackup.core.crypto.KeyDerivation;
import io.pgbackup.core.crypto.KeyServiceErrors;
import io.pgbackup.core.crypto.KeySlot;
import io.pgbackup.core.crypto.KeySlots;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.SlotCredential;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.RepositoryLayout;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The key slots that a repository stores, whether they count or not. Safe for use by many threads. */
public final class StoredSlots {
    private final OpenRepository plain;
    private final KeySlots slots;

    StoredSlots(OpenRepository plain, KeySlots slots) {
        this.plain = plain;
        this.slots = slots;
    }

    /**
     * A damaged slot, or one of a kind that only a newer version knows, does not keep the others from opening; nor does one for which a key management service
     * refuses its key, for it may be another's. A service that cannot be reached would not answer for the others either.
     */
    Optional<MasterKey> tryOpen(
            int generation, int number, SlotCredential credential, List<RepositoryException> failures) {
        try {
            return slot(generation, number).flatMap(slot -> slots.open(slot, credential));
        } catch (RepositoryException e) {
            boolean ofSlot = e.code() == ErrorCode.FORMAT_UNSUPPORTED || e.code() == ErrorCode.REPOSITORY_DAMAGED;
            boolean refused = KeyServiceErrors.isOne(e) && e.code() != ErrorCode.KEY_SERVICE_UNAVAILABLE;
            if (!ofSlot && !refused) {
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
        return plain.readObject(key).map(object -> {
            HeaderKind kind = ObjectHeader.parse(key, object, Math.min(object.length, ObjectHeader.LONGEST))
                    .kind();
            HeaderKind expected = kind == HeaderKind.SERVICE_KEY_SLOT ? kind : HeaderKind.KEY_SLOT;
            KeySlot slot = plain.parse(key, plain.open(key, expected, object), KeySlot::decode);
            if (slot.generation() != generation || slot.number() != number || kind(slot) != kind) {
                throw plain.malformed(key, new IllegalArgumentException("it is " + slot));
            }
            return slot;
        });
    }

    /**
     * Stores a slot.
     *
     * @param slot to be stored
     * @return false if its key is taken
     */
    public boolean create(KeySlot slot) {
        return plain.createRecord(
                RepositoryLayout.keySlot(slot.generation(), slot.number()), kind(slot), slot.encode());
    }

    /** Readers of the first version of the format know no services. */
    private static HeaderKind kind(KeySlot slot) {
        return slot.derivation() instanceof KeyDerivation.Service ? HeaderKind.SERVICE_KEY_SLOT : HeaderKind.KEY_SLOT;
    }

    /** By which keys of a service the slots of a generation were wrapped. */
    List<String> wrappedBy(int generation, String service) {
        List<String> keys = new ArrayList<>();
        numbers(RepositoryLayout.keyGeneration(generation)).forEach(number -> {
            try {
                slot(generation, number)
                        .map(KeySlot::derivation)
                        .filter(KeyDerivation.Service.class::isInstance)
                        .map(KeyDerivation.Service.class::cast)
                        .filter(stored -> stored.service().equals(service))
                        .ifPresent(stored -> keys.add(
                                "slot " + number + " by " + stored.wrapped().wrappedBy()));
            } catch (RepositoryException e) {
                keys.add("slot " + number + " cannot be read");
            }
        });
        return keys;
    }

    /**
     * The slots of all generations, of whatever use.
     *
     * @return their keys
     */
    public List<ObjectKey> all() {
        List<ObjectKey> stored = new ArrayList<>();
        generations()
                .forEach(generation -> numbers(RepositoryLayout.keyGeneration(generation))
                        .forEach(number -> stored.add(RepositoryLayout.keySlot(generation, number))));
        return stored;
    }

    /**
     * The generations of which anything is stored, of whatever use.
     *
     * @return their numbers
     */
    public IntStream generations() {
        return plain.list(RepositoryLayout.KEYS).prefixes().stream()
                .map(ObjectPrefix::name)
                .flatMapToInt(StoredSlots::number);
    }

    /** The numbers among the names of a level, ascending. */
    IntStream numbers(ObjectPrefix prefix) {
        return plain.list(prefix).objects().stream()
                .map(ObjectInfo::key)
                .map(ObjectKey::name)
                .flatMapToInt(StoredSlots::number)
                .sorted();
    }

    private static IntStream number(String name) {
        return name.matches("0|[1-9][0-9]{0,8}") ? IntStream.of(Integer.parseInt(name)) : IntStream.empty();
    }
}
