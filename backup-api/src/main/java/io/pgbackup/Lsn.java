package io.pgbackup;

/**
 * A position in the write-ahead log of a cluster, an unsigned 64-bit byte address. The text form is PostgreSQL's: two hexadecimal numbers
 * joined by a slash.
 *
 * @param value the address; compared as unsigned
 */
public record Lsn(long value) implements Comparable<Lsn> {
    /**
     * Parses PostgreSQL's text form; the inverse of {@link #toString()}. Zero padding is accepted.
     *
     * @param text for example {@code 1/8F000028}
     * @return the position
     * @throws IllegalArgumentException if the text is not a position
     */
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1 || slash > 8 || text.length() - slash - 1 < 1 || text.length() - slash - 1 > 8) {
            throw new IllegalArgumentException("not a WAL position: '" + text + "'");
        }
        try {
            long high = Integer.toUnsignedLong(Integer.parseUnsignedInt(text.substring(0, slash), 16));
            long low = Integer.toUnsignedLong(Integer.parseUnsignedInt(text.substring(slash + 1), 16));
            return new Lsn(high << 32 | low);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a WAL position: '" + text + "'", e);
        }
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    /** The position as {@link #parse(String)} and PostgreSQL read it. */
    @Override
    public String toString() {
        return Long.toHexString(value >>> 32).toUpperCase(java.util.Locale.ROOT) + "/"
                + Long.toHexString(value & 0xFFFF_FFFFL).toUpperCase(java.util.Locale.ROOT);
    }
}
