package io.pgbackup.core.repository.keys;

import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.repository.JsonRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which generations of the master key are in use, and which slots count. The newest ring of a repository is the truth about its keys: a slot or
 * generation that it does not name is what an interrupted change left behind. Every slot of a ring opens every generation of it. Immutable.
 *
 * @param version its number; 0 is what a repository begins with and is not stored
 * @param made when, by the clock of whoever made it; empty for version 0
 * @param generations ascending; new objects are sealed under the last
 * @param nextSlot number of the next new slot; numbers are never used again
 * @param slots in order of number, at least one
 */
public record KeyRing(int version, Optional<Instant> made, List<Integer> generations, int nextSlot, List<Slot> slots) {
    /** The first generation of every repository. */
    public static final int FIRST_GENERATION = 1;

    /** Number of the slot that a repository begins with. */
    public static final int FIRST_SLOT = 0;

    private static final int MOST_SLOTS = 0xFFFF;

    /**
     * A slot that counts.
     *
     * @param number within each generation
     * @param name given by the user, may be empty
     * @param added when; empty for the first
     */
    public record Slot(int number, String name, Optional<Instant> added) {}

    /** Checks that the parts fit together. */
    public KeyRing {
        generations = List.copyOf(generations);
        slots = List.copyOf(slots);
        Set<Integer> numbers = new HashSet<>();
        boolean sound = !generations.isEmpty() && !slots.isEmpty() && generations.get(0) >= FIRST_GENERATION;
        for (int index = 1; index < generations.size(); index++) {
            sound &= generations.get(index - 1) < generations.get(index);
        }
        for (Slot slot : slots) {
            sound &= numbers.add(slot.number()) && slot.number() < nextSlot;
        }
        if (!sound || nextSlot > MOST_SLOTS) {
            throw new MalformedContentException(
                    "a key ring of generations " + generations + ", slots " + slots + ", next " + nextSlot);
        }
    }

    /**
     * The ring of a repository whose keys were never changed.
     *
     * @return one generation, one slot
     */
    public static KeyRing first() {
        Slot slot = new Slot(FIRST_SLOT, "", Optional.empty());
        return new KeyRing(0, Optional.empty(), List.of(FIRST_GENERATION), FIRST_SLOT + 1, List.of(slot));
    }

    /**
     * The generation that seals new objects.
     *
     * @return the last one
     */
    public int currentGeneration() {
        return generations.get(generations.size() - 1);
    }

    /**
     * Finds a slot.
     *
     * @param number of the slot
     * @return empty if it does not count
     */
    public Optional<Slot> slot(int number) {
        return slots.stream().filter(slot -> slot.number() == number).findFirst();
    }

    /**
     * The next ring, with one slot more.
     *
     * @param number at least {@link #nextSlot()}
     * @param name given by the user
     * @param now the time
     * @return to be stored
     */
    public KeyRing with(int number, String name, Instant now) {
        List<Slot> more = new ArrayList<>(slots);
        more.add(new Slot(number, name, Optional.of(now)));
        return new KeyRing(version + 1, Optional.of(now), generations, number + 1, more);
    }

    /**
     * The next ring, without some slots.
     *
     * @param numbers of the slots
     * @param now the time
     * @return to be stored
     */
    public KeyRing without(Set<Integer> numbers, Instant now) {
        List<Slot> fewer =
                slots.stream().filter(slot -> !numbers.contains(slot.number())).toList();
        return new KeyRing(version + 1, Optional.of(now), generations, nextSlot, fewer);
    }

    /**
     * The next ring, with a new generation and without some slots.
     *
     * @param generation higher than all of this ring
     * @param dropped numbers of slots that do not go on
     * @param now the time
     * @return to be stored
     */
    public KeyRing rotated(int generation, Set<Integer> dropped, Instant now) {
        List<Integer> more = new ArrayList<>(generations);
        more.add(generation);
        return new KeyRing(
                version + 1,
                Optional.of(now),
                more,
                nextSlot,
                without(dropped, now).slots());
    }

    /**
     * The ring as it is stored.
     *
     * @return JSON
     */
    public byte[] toBytes() {
        JsonRecord record = new JsonRecord().put("version", version);
        made.ifPresent(time -> record.put("made", time.toString()));
        return record.putTexts(
                        "generations", generations.stream().map(String::valueOf).toList())
                .put("nextSlot", nextSlot)
                .putRecords("slots", slots.stream().map(KeyRing::json).toList())
                .toBytes();
    }

    private static JsonRecord json(Slot slot) {
        JsonRecord record = new JsonRecord().put("number", slot.number()).put("name", slot.name());
        slot.added().ifPresent(time -> record.put("added", time.toString()));
        return record;
    }

    public static KeyRing parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        return new KeyRing(
                record.count("version"),
                record.optionalText("made").map(Instant::parse),
                record.texts("generations").stream().map(Integer::valueOf).toList(),
                record.count("nextSlot"),
                record.records("slots").stream().map(KeyRing::slot).toList());
    }

    private static Slot slot(JsonRecord record) {
        return new Slot(
                record.count("number"),
                record.text("name"),
                record.optionalText("added").map(Instant::parse));
    }
}
