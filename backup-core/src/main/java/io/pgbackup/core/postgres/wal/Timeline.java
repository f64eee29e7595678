package io.pgbackup.core.postgres.wal;

import java.util.HexFormat;

/**
 * A timeline of a cluster's history. An unsigned 32-bit number; hexadecimal in file names, decimal in labels and SQL.
 *
 * @param value 1 to 0xFFFFFFFF
 */
public record Timeline(long value) implements Comparable<Timeline> {
    /** The timeline of a cluster that was never restored nor promoted. */
    public static final Timeline FIRST = new Timeline(1);

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if the number is not an unsigned 32-bit number or zero
     */
    public Timeline {
        if (value < 1 || value > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("a timeline is between 1 and 4294967295, not " + value);
        }
    }

    /**
     * Eight hexadecimal digits, as in the names of WAL files.
     *
     * @return for example {@code 0000000A}
     */
    public String hex() {
        return HEX.toHexDigits((int) value);
    }

    @Override
    public int compareTo(Timeline other) {
        return Long.compare(value, other.value);
    }

    /** The decimal number, as PostgreSQL prints it. */
    @Override
    public String toString() {
        return Long.toString(value);
    }
}
