package io.pgbackup.core.crypto;

/**
 * What one guess of a passphrase costs. Bounded above, so that a forged slot cannot make a reader take all memory or work for hours.
 *
 * @param memoryKibibytes 8 per lane … 1 GiB
 * @param iterations 1…16
 * @param parallelism lanes, 1…16; computed one after the other
 */
public record Argon2Cost(int memoryKibibytes, int iterations, int parallelism) {
    /** 64 MiB, 3 iterations, 1 lane: a fraction of a second. */
    public static final Argon2Cost DEFAULT = new Argon2Cost(64 * 1024, 3, 1);

    private static final int HIGHEST_MEMORY = 1024 * 1024;
    private static final int HIGHEST_ITERATIONS = 16;
    private static final int HIGHEST_PARALLELISM = 16;
    private static final int LOWEST_MEMORY_PER_LANE = 8;

    /** Checks the ranges. */
    public Argon2Cost {
        boolean valid = iterations >= 1
                && iterations <= HIGHEST_ITERATIONS
                && parallelism >= 1
                && parallelism <= HIGHEST_PARALLELISM
                && memoryKibibytes >= LOWEST_MEMORY_PER_LANE * parallelism
                && memoryKibibytes <= HIGHEST_MEMORY;
        if (!valid) {
            throw new IllegalArgumentException("Argon2id cost out of range: " + memoryKibibytes + " KiB, " + iterations
                    + " iterations, " + parallelism + " lanes");
        }
    }
}
