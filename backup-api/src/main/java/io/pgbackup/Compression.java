package io.pgbackup;

/**
 * How new frames are compressed. Readers need no such choice: each object names its codec.
 *
 * @param algorithm which codec
 * @param level 1 to 19 for {@link Algorithm#ZSTD}, 0 otherwise
 */
public record Compression(Algorithm algorithm, int level) {
    /** The codecs. */
    public enum Algorithm {
        /** Stored as it is. */
        NONE,
        /** Very fast. */
        LZ4,
        /** Smaller, at some 1.5 times the CPU of lz4 with level 1. */
        ZSTD
    }

    /** Checks that the level fits the codec. */
    public Compression {
        boolean valid = algorithm == Algorithm.ZSTD ? level >= 1 && level <= 19 : level == 0;
        if (!valid) {
            throw new IllegalArgumentException(
                    algorithm == Algorithm.ZSTD
                            ? "zstd has levels 1 to 19, not " + level
                            : algorithm + " has no levels, " + level + " was given");
        }
    }

    /**
     * lz4, the default.
     *
     * @return the choice
     */
    public static Compression lz4() {
        return new Compression(Algorithm.LZ4, 0);
    }

    /**
     * zstd; levels 1 and 3 are worth their CPU.
     *
     * @param level 1 to 19
     * @return the choice
     */
    public static Compression zstd(int level) {
        return new Compression(Algorithm.ZSTD, level);
    }

    /**
     * No compression.
     *
     * @return the choice
     */
    public static Compression none() {
        return new Compression(Algorithm.NONE, 0);
    }
}
