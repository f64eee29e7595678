package io.pgbackup.core.manifest;

import java.util.Arrays;
import java.util.List;

/**
 * Where the content of one file is, as far as this set stores it. An overlay holds only what changed; every other unit is taken from the same
 * path in the set's base.
 *
 * @param overlay whether units that are neither in a frame nor zero come from the base
 * @param frames stored frames, ascending by their units
 * @param zeros whole units of nothing but zero bytes, which are not stored
 * @param fingerprints of the units in {@code frames}, in ascending order; empty for files that are not paged. Not to be changed
 */
public record BlockMap(boolean overlay, List<FrameRef> frames, UnitRuns zeros, long[] fingerprints) {
    /** Nothing: an empty file, or one that is wholly the base's. */
    private static final long[] NONE = new long[0];

    /** Copies the list. */
    public BlockMap {
        frames = List.copyOf(frames);
    }

    /**
     * The map of an empty file.
     *
     * @return without anything
     */
    public static BlockMap empty() {
        return new BlockMap(false, List.of(), UnitRuns.EMPTY, NONE);
    }

    /**
     * The map of a file of which nothing changed.
     *
     * @return an overlay without anything
     */
    public static BlockMap unchanged() {
        return new BlockMap(true, List.of(), UnitRuns.EMPTY, NONE);
    }

    /**
     * The number of units this set stores or knows to be zero.
     *
     * @return at least 0
     */
    public int ownUnits() {
        int count = zeros.count();
        for (FrameRef frame : frames) {
            count += frame.units().count();
        }
        return count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BlockMap map
                && map.overlay == overlay
                && map.frames.equals(frames)
                && map.zeros.equals(zeros)
                && Arrays.equals(map.fingerprints, fingerprints);
    }

    @Override
    public int hashCode() {
        return frames.hashCode();
    }

    @Override
    public String toString() {
        return "BlockMap[" + (overlay ? "overlay, " : "") + frames.size() + " frames, zeros " + zeros + "]";
    }
}
