package io.pgbackup.core.pipeline;

import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/**
 * XXH64 under a seed: says that a page changed, never that two pages are the same. Immutable and safe for use by many threads.
 */
public final class FrameFingerprint {
    private final XXHash64 hash = XXHashFactory.fastestInstance().hash64();
    private final long seed;

    /**
     * A fingerprint function.
     *
     * @param seed drawn at random once per chain of backups
     */
    public FrameFingerprint(long seed) {
        this.seed = seed;
    }

    /**
     * The fingerprint of some bytes.
     *
     * @param bytes source array
     * @param offset first byte
     * @param length number of bytes
     * @return 64 bits
     */
    public long of(byte[] bytes, int offset, int length) {
        return hash.hash(bytes, offset, length, seed);
    }
}
