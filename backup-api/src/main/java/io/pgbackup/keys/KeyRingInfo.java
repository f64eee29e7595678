package io.pgbackup.keys;

import java.util.List;

/**
 * The keys of a repository.
 *
 * @param repository its name
 * @param version number of changes made so far
 * @param generations of the master key, ascending; new objects are sealed under the last
 * @param slots in order of number
 * @param leftBehind number of stored slots that do not count: left by an interrupted change, removed by the next one
 */
public record KeyRingInfo(
        String repository, int version, List<Integer> generations, List<KeySlotInfo> slots, int leftBehind) {
    /** Copies the lists. */
    public KeyRingInfo {
        generations = List.copyOf(generations);
        slots = List.copyOf(slots);
    }

    /**
     * The generation that seals new objects.
     *
     * @return the highest
     */
    public int currentGeneration() {
        return generations.get(generations.size() - 1);
    }

    /**
     * Slots of which a copy is damaged or gone. Their keys cannot read everything: add those keys anew, then remove the damaged slots.
     *
     * @return empty if all is well
     */
    public List<KeySlotInfo> damaged() {
        return slots.stream()
                .filter(slot -> !slot.generations().containsAll(generations))
                .toList();
    }
}
