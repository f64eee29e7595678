package io.pgbackup.core.engine.backup;

import io.pgbackup.Lsn;
import io.pgbackup.core.pipeline.FrameFingerprint;

/**
 * What holds for every file of one lane. Immutable and safe for use by many threads.
 *
 * @param seed of the chain
 * @param fingerprint seeded for the chain
 * @param zeroFingerprint of a page of zero bytes
 * @param baseStart where the base began: a page changed since then is stored whatever its fingerprint
 */
record LaneRules(long seed, FrameFingerprint fingerprint, long zeroFingerprint, Lsn baseStart) {
    static LaneRules of(long seed, int pageSize, Lsn baseStart) {
        FrameFingerprint fingerprint = new FrameFingerprint(seed);
        return new LaneRules(seed, fingerprint, fingerprint.of(new byte[pageSize], 0, pageSize), baseStart);
    }
}
