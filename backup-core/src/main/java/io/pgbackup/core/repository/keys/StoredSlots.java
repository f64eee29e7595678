package io.pgbackup.core.repository.keys;

import io.pgbackup.core.crypto.KeySlot;
import io.pgbackup.core.crypto.KeySlots;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.SlotCredential;
import io.pgbackup.core.pipeline.HeaderKind;
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

    /** A damaged slot, or one of a kind that only a newer version knows, does not keep the others from opening. */
    Optional<MasterKey> tryOpen(
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
