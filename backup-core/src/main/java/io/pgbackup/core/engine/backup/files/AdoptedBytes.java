package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.engine.backup.base.BaseSet;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import java.util.BitSet;

/** How much of what interrupted attempts have stored is of use to a file of the new set. */
final class AdoptedBytes {
    private AdoptedBytes() {}

    /** Stored bytes of the frames of attempts that still hold at least one page of a paged file. */
    static long ofPages(BaseSet base, ResolvedFile known, ManifestEntry.File file, int pageSize) {
        if (!file.map().overlay() || known.frames().stream().noneMatch(frame -> base.isAdopted(frame.set()))) {
            return 0;
        }
        BitSet own = new BitSet();
        file.map().frames().forEach(frame -> frame.units().forEach((first, count) -> own.set(first, first + count)));
        file.map().zeros().forEach((first, count) -> own.set(first, first + count));
        int end = file.unitCount(pageSize);
        return known.frames().stream()
                .filter(frame -> base.isAdopted(frame.set()) && isOfUse(frame, own, end))
                .mapToLong(frame -> frame.frame().stored())
                .sum();
    }

    private static boolean isOfUse(NeededFrame frame, BitSet own, int end) {
        boolean[] found = {false};
        frame.needed().forEach((first, count) -> found[0] |= own.nextClearBit(first) < Math.min(first + count, end));
        return found[0];
    }

    /** Stored bytes of a file that is not paged and has not changed. */
    static long ofUnchanged(BaseSet base, ManifestChain.Chained known) {
        return known.levels().stream()
                .filter(level -> base.isAdopted(level.set()))
                .flatMap(level -> level.file().map().frames().stream())
                .mapToLong(FrameRef::stored)
                .sum();
    }
}
