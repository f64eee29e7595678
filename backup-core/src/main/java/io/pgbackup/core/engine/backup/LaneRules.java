package io.pgbackup.core.engine.backup;

import io.pgbackup.core.pipeline.FrameFingerprint;

/**
 * What holds for every file of one lane. Immutable and safe for use by many threads.
 *
 * @param fingerprint seeded for the chain
 * @param zeroFingerprint of a page of zero bytes
 */
record LaneRules(FrameFingerprint fingerprint, long zeroFingerprint) {
    static LaneRules of(long seed, int pageSize) {
        FrameFingerprint fingerprint = new FrameFingerprint(seed);
        return new LaneRules(fingerprint, fingerprint.of(new byte[pageSize], 0, pageSize));
    }
}
