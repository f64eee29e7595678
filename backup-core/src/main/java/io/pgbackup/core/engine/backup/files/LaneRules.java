package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.pipeline.FrameFingerprint;

/**
 * What holds for every file of one lane. Immutable and safe for use by many threads.
 *
 * @param fingerprint seeded for the chain
 * @param zeroFingerprint of a page of zero bytes
 */
public record LaneRules(FrameFingerprint fingerprint, long zeroFingerprint) {
    public static LaneRules of(long seed, int pageSize) {
        FrameFingerprint fingerprint = new FrameFingerprint(seed);
        return new LaneRules(fingerprint, fingerprint.of(new byte[pageSize], 0, pageSize));
    }
}
