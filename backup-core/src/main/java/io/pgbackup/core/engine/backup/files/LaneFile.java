package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterEntry;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file as one lane knows it.
 *
 * @param lane which
 * @param known what the lane's base holds of a file of the same kind; null if nothing
 * @param pages the same for a paged file; null if nothing
 */
public record LaneFile(
        LaneCopy lane,
        ManifestChain.@Nullable Chained known,
        @Nullable BaseFile pages) {

    /** A file that the lane has never seen. */
    public static LaneFile unknown(LaneCopy lane) {
        return new LaneFile(lane, null, null);
    }

    /** Looks into the lane's base; paths must be asked for in their order. */
    static LaneFile of(LaneCopy lane, ClusterEntry entry, int pageSize) {
        Optional<ManifestChain.Chained> found = lane.base()
                .flatMap(set -> set.find(entry.path()))
                .filter(chained -> !chained.levels().isEmpty())
                .filter(chained -> chained.levels().get(0).file().proof().paged() == entry.paged());
        if (found.isEmpty() || !entry.paged()) {
            return new LaneFile(lane, found.orElse(null), null);
        }
        ManifestChain.Chained known = found.get();
        ResolvedFile content =
                ResolvedFile.of(known.levels(), pageSize, lane.rules().zeroFingerprint());
        return new LaneFile(
                lane, known, new BaseFile(content, lane.base().orElseThrow().startOf(known)));
    }

    /** Whether the lane's base holds a file without pages of this size. */
    boolean holdsPlain(long size) {
        return known != null && pages == null && plain().attributes().size() == size;
    }

    /** What the base holds of a file without pages. */
    ManifestEntry.File plain() {
        ManifestChain.Chained found = known;
        if (found == null) {
            throw new IllegalStateException("the lane knows nothing of the file");
        }
        return found.levels().get(0).file();
    }

    /** Counts a file that is now part of the lane's set. */
    void count(ManifestEntry.File file, long bytesRead, int pageSize) {
        CopyTotals totals = lane.totals();
        totals.file(file, bytesRead);
        if (pages != null) {
            totals.adopted(AdoptedBytes.ofPages(lane.base().orElseThrow(), pages.content(), file, pageSize));
        } else if (known != null && file.map().overlay()) {
            totals.adopted(AdoptedBytes.ofUnchanged(lane.base().orElseThrow(), known));
        }
    }
}
