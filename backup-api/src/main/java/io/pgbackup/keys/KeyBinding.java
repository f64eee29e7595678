package io.pgbackup.keys;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * For what a key is wrapped: one slot of one repository. A service that can authenticate something beside the key is told this, and gives the key out
 * for nothing else. Both forms are stored in effect: they never change.
 *
 * @param repository id of the repository, 32 lower-case hexadecimal digits
 * @param generation of the master key, at least 1
 * @param slot number of the slot, 0…65535
 */
public record KeyBinding(String repository, int generation, int slot) {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final int MOST_SLOTS = 0xFFFF;

    /** Checks the parts. */
    public KeyBinding {
        if (!ID.matcher(repository).matches() || generation < 1 || slot < 0 || slot > MOST_SLOTS) {
            throw new IllegalArgumentException(
                    "no slot " + slot + " of generation " + generation + " of repository '" + repository + "'");
        }
    }

    /**
     * As names and values, for services that know an encryption context.
     *
     * @return {@code pgbackup-repository}, {@code pgbackup-generation} and {@code pgbackup-slot}
     */
    public SortedMap<String, String> context() {
        SortedMap<String, String> context = new TreeMap<>();
        context.put("pgbackup-repository", repository);
        context.put("pgbackup-generation", Integer.toString(generation));
        context.put("pgbackup-slot", Integer.toString(slot));
        return context;
    }

    /**
     * As bytes, for services that know associated data.
     *
     * @return {@code pgbackup key slot <repository> <generation> <slot>}
     */
    public byte[] associatedData() {
        return ("pgbackup key slot " + repository + " " + generation + " " + slot).getBytes(StandardCharsets.US_ASCII);
    }
}
