package io.pgbackup.core.engine.verify;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.manifest.FrameRef;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Chooses which of the stored frames are read: each by itself with the same probability, by a hash of its place under a seed, so that the choice does not
 * depend on the order of asking. Immutable.
 */
record FrameSample(long seed, double share) {
    /** The frames of a file that are read; of a file that can only be proved as a whole all or none. */
    List<NeededFrame> of(List<NeededFrame> frames, boolean paged) {
        if (share >= 1 || frames.isEmpty()) {
            return frames;
        }
        if (!paged) {
            return isChosen(frames.get(0).frame()) ? frames : List.of();
        }
        return frames.stream().filter(frame -> isChosen(frame.frame())).toList();
    }

    private boolean isChosen(FrameRef frame) {
        long place = (long) frame.bundle().sequence() << 32 | frame.number();
        return new SplittableRandom(new SplittableRandom(seed).nextLong() ^ place).nextDouble() < share;
    }
}
