package io.pgbackup.core.engine.copy;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.manifest.BlockMap;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What a new set stores of a file, and the frames of other sets that hold it.
 *
 * @param file as the set has it that is copied
 * @param overlay whether units that are neither stored nor zero come from the new set's base
 * @param frames hold the units that are stored
 * @param units those units, ascending. Not to be changed
 * @param zeros units of zero bytes
 * @param fingerprints of the units that are stored; empty for a file that is not paged. Not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FileContent(
        ManifestEntry.File file,
        boolean overlay,
        List<NeededFrame> frames,
        int[] units,
        UnitRuns zeros,
        long[] fingerprints) {
    /** What some levels hold of a file; the new set stores all of it. */
    static FileContent of(ResolvedFile resolved, boolean overlay) {
        int[] units = unitsOf(resolved.frames());
        BitSet stored = new BitSet();
        Arrays.stream(units).forEach(stored::set);
        UnitRuns.Builder zeros = new UnitRuns.Builder();
        for (int unit = 0; unit < resolved.unitCount(); unit++) {
            if (resolved.isKnown(unit) && !stored.get(unit)) {
                zeros.add(unit, 1);
            }
        }
        long[] fingerprints = resolved.file().proof().paged()
                ? Arrays.stream(units).mapToLong(resolved::fingerprint).toArray()
                : new long[0];
        return new FileContent(resolved.file(), overlay, resolved.frames(), units, zeros.build(), fingerprints);
    }

    /** What the newest set of a chain has added at its end: it is stored whole. */
    static FileContent late(int level, ManifestEntry.File file) {
        List<NeededFrame> frames = NeededFrame.ownOf(level, file);
        BlockMap map = file.map();
        return new FileContent(file, false, frames, unitsOf(frames), map.zeros(), map.fingerprints());
    }

    private static int[] unitsOf(List<NeededFrame> frames) {
        BitSet units = new BitSet();
        frames.forEach(frame -> frame.needed().forEach((first, count) -> units.set(first, first + count)));
        return units.stream().toArray();
    }

    /** The digest of a file that has no pages is over the whole: it is copied in one go. */
    boolean inOneGo(int pageSize) {
        return !file.proof().paged() && file.unitCount(pageSize) > 1 && units.length > 0;
    }

    /** Stretches of at most some units each, in their order. */
    List<Stretch> stretches(int mostUnits) {
        int count = (units.length + mostUnits - 1) / mostUnits;
        if (count <= 1) {
            return count == 0 ? List.of() : List.of(new Stretch(file, units, frames));
        }
        int[] begins = new int[count];
        List<List<NeededFrame>> parts = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            begins[index] = units[index * mostUnits];
            parts.add(new ArrayList<>());
        }
        for (NeededFrame frame : frames) {
            int last = indexOf(begins, frame.needed().end() - 1);
            for (int index = indexOf(begins, frame.needed().first()); index <= last; index++) {
                NeededFrame part =
                        frame.within(begins[index], index + 1 < count ? begins[index + 1] : Integer.MAX_VALUE);
                if (!part.needed().isEmpty()) {
                    parts.get(index).add(part);
                }
            }
        }
        List<Stretch> stretches = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            int end = Math.min(units.length, (index + 1) * mostUnits);
            stretches.add(new Stretch(file, Arrays.copyOfRange(units, index * mostUnits, end), parts.get(index)));
        }
        return stretches;
    }

    private static int indexOf(int[] begins, int unit) {
        int found = Arrays.binarySearch(begins, unit);
        return found >= 0 ? found : -found - 2;
    }

    /** The entry of the new set. */
    ManifestEntry.File storedAs(List<FrameRef> stored) {
        return new ManifestEntry.File(
                file.path(), file.attributes(), file.proof(), new BlockMap(overlay, stored, zeros, fingerprints));
    }

    /** Units that the new set has of its own, in frames or as zeros. */
    int ownUnits() {
        return units.length + zeros.count();
    }
}
