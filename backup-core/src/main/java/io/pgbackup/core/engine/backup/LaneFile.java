package io.pgbackup.core.engine.backup;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterEntry;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file as one lane knows it.
 *
 * @param lane which
 * @param resolved what the base holds of a paged file; null if nothing
 * @param plain what the base holds of a file without pages; null if nothing
 */
record LaneFile(LaneCopy lane, @Nullable ResolvedFile resolved, ManifestEntry.@Nullable File plain) {

    /** A file that the lane has never seen. */
    static LaneFile unknown(LaneCopy lane) {
        return new LaneFile(lane, null, null);
    }

    /** Looks into the lane's base; paths must be asked for in their order. */
    static LaneFile of(LaneCopy lane, ClusterEntry entry, int pageSize) {
        Optional<ManifestChain.Chained> below = lane.base().flatMap(set -> set.find(entry.path()));
        List<ManifestChain.Level> levels =
                below.map(ManifestChain.Chained::levels).orElse(List.of());
        if (levels.isEmpty() || levels.get(0).file().proof().paged() != entry.paged()) {
            return unknown(lane);
        }
        return entry.paged()
                ? new LaneFile(
                        lane, ResolvedFile.of(levels, pageSize, lane.rules().zeroFingerprint()), null)
                : new LaneFile(lane, null, levels.get(0).file());
    }
}
