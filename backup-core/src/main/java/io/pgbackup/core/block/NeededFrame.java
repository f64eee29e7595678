package io.pgbackup.core.block;

import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A stored frame that is wanted, and for which units of it.
 *
 * @param set index of the set in its chain, 0 for the oldest
 * @param frame where it is
 * @param needed those of its units that are wanted
 * @param expected their fingerprints, in the same order; empty for a file that is not paged. Not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record NeededFrame(int set, FrameRef frame, UnitRuns needed, long[] expected) {
    /**
     * The part of it that lies within some units.
     *
     * @param first the first of the units
     * @param end the unit after the last
     * @return the same frame, wanted for fewer units, perhaps for none
     */
    public NeededFrame within(int first, int end) {
        UnitRuns.Builder part = new UnitRuns.Builder();
        LongStream.Builder fingerprints = LongStream.builder();
        int[] position = {0};
        needed.forEach((from, count) -> {
            for (int unit = from; unit < from + count; unit++, position[0]++) {
                if (unit >= first && unit < end) {
                    part.add(unit, 1);
                    if (expected.length > 0) {
                        fingerprints.add(expected[position[0]]);
                    }
                }
            }
        });
        return new NeededFrame(set, frame, part.build(), fingerprints.build().toArray());
    }

    /**
     * Everything that one set itself stores of a file.
     *
     * @param set index of the set
     * @param file as the set's manifest has it
     * @return all its frames, wholly wanted
     */
    public static List<NeededFrame> ownOf(int set, ManifestEntry.File file) {
        List<NeededFrame> frames = new ArrayList<>();
        int position = 0;
        for (FrameRef frame : file.map().frames()) {
            int units = file.proof().paged() ? frame.units().count() : 0;
            long[] expected = Arrays.copyOfRange(file.map().fingerprints(), position, position + units);
            frames.add(new NeededFrame(set, frame, frame.units(), expected));
            position += units;
        }
        return frames;
    }

    /**
     * The same frame, wanted for fewer units.
     *
     * @param units those that are still wanted
     * @return empty if none of this frame's are among them
     */
    public Optional<NeededFrame> only(BitSet units) {
        UnitRuns.Builder fewer = new UnitRuns.Builder();
        LongStream.Builder fingerprints = LongStream.builder();
        int[] position = {0};
        needed.forEach((first, count) -> {
            for (int unit = first; unit < first + count; unit++, position[0]++) {
                if (units.get(unit)) {
                    fewer.add(unit, 1);
                    if (expected.length > 0) {
                        fingerprints.add(expected[position[0]]);
                    }
                }
            }
        });
        return fewer.isEmpty()
                ? Optional.empty()
                : Optional.of(new NeededFrame(
                        set, frame, fewer.build(), fingerprints.build().toArray()));
    }
}
