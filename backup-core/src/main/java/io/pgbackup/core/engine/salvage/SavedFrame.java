package io.pgbackup.core.engine.salvage;

import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.ClusterPath;

/**
 * A frame of a bundle and what it holds.
 *
 * @param number within the bundle
 * @param path of the file
 * @param unitSize bytes of a unit
 * @param units one after the other
 * @param described whether a manifest page says so; otherwise the bundle does
 */
record SavedFrame(int number, ClusterPath path, int unitSize, UnitRuns units, boolean described) {
    int[] unitNumbers() {
        // A frame holds at most 64 KiB; what claims more units than that is not believed.
        int most = Math.max(1, io.pgbackup.core.manifest.ManifestEntry.File.PLAIN_UNIT / unitSize);
        int[] numbers = new int[Math.min(most, units.count())];
        int[] filled = {0};
        units.forEach((first, count) -> {
            for (int unit = first; unit < first + count && filled[0] < numbers.length; unit++) {
                numbers[filled[0]++] = unit;
            }
        });
        return numbers;
    }
}
