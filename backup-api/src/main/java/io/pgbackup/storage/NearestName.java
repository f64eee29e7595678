package io.pgbackup.storage;

import java.util.Collection;
import java.util.Comparator;

/** The known name that somebody probably meant, for the messages about unknown settings. */
public final class NearestName {
    private NearestName() {}

    /**
     * Looks for the name that differs in the fewest letters.
     *
     * @param wrong what was written
     * @param known at least one name
     * @return the nearest of the known names; of two that are equally near the first in the alphabet
     */
    public static String to(String wrong, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String name) -> distance(wrong, name))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** How many letters must be changed, added or left out. */
    private static int distance(String one, String other) {
        int[] above = new int[other.length() + 1];
        for (int column = 0; column <= other.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= one.length(); row++) {
            int[] current = new int[other.length() + 1];
            current[0] = row;
            for (int column = 1; column <= other.length(); column++) {
                int replaced = above[column - 1] + (one.charAt(row - 1) == other.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, Math.min(above[column], current[column - 1]) + 1);
            }
            above = current;
        }
        return above[other.length()];
    }
}
