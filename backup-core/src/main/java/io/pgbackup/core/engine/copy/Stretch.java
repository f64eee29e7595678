package io.pgbackup.core.engine.copy;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.engine.content.FrameWorkers.Fetch;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.repository.set.BundleWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Some stored units of a file, few enough to be in memory at once: they arrive from whatever frames hold them, and leave in new frames in
 * their order.
 *
 * @param file they belong to
 * @param units ascending. Not to be changed
 * @param frames hold them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Stretch(ManifestEntry.File file, int[] units, List<NeededFrame> frames) {
    /** Bytes they need in a buffer, at most. */
    int size(int pageSize) {
        return units.length * file.unitSize(pageSize);
    }

    /** A stretch with its place in a worker's buffer. For one thread. */
    final class Placed implements FileTarget {
        private final byte[] buffer;
        private final int offset;
        private final int unitSize;
        private int arrived;

        Placed(byte[] buffer, int offset, int pageSize) {
            this.buffer = buffer;
            this.offset = offset;
            this.unitSize = file.unitSize(pageSize);
        }

        Fetch fetch() {
            return new Fetch(file, frames, this);
        }

        @Override
        public void write(long position, byte[] bytes, int from, int length) {
            int unit = Math.toIntExact(position / unitSize);
            System.arraycopy(bytes, from, buffer, place(Arrays.binarySearch(units, unit)), length);
            arrived += (length + unitSize - 1) / unitSize;
        }

        @Override
        public void complete() {}

        private int place(int index) {
            return offset + index * unitSize;
        }

        /** Writes what has arrived into new frames, each as full as it can be. */
        List<FrameRef> store(BundleWriter bundle, byte[] frame) {
            if (arrived != units.length) {
                throw new IllegalStateException(arrived + " of " + units.length + " units of " + file.path() + " came");
            }
            int frameUnits = Math.max(1, ManifestEntry.File.PLAIN_UNIT / unitSize);
            List<FrameRef> stored = new ArrayList<>();
            for (int begin = 0; begin < units.length; begin += frameUnits) {
                int end = Math.min(units.length, begin + frameUnits);
                UnitRuns.Builder runs = new UnitRuns.Builder();
                for (int index = begin; index < end; index++) {
                    runs.add(units[index], 1);
                }
                int length = (end - 1 - begin) * unitSize + lengthOf(units[end - 1]);
                System.arraycopy(buffer, place(begin), frame, 0, length);
                stored.add(bundle.write(file.path(), unitSize, runs.build(), frame, length));
            }
            return stored;
        }

        /** Only the last unit of a file may be shorter than others. */
        private int lengthOf(int unit) {
            return (int) Math.min(unitSize, file.attributes().size() - (long) unit * unitSize);
        }
    }
}
