package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.block.ResolvedFile;
import io.pgbackup.core.block.change.FileDecision;
import io.pgbackup.core.manifest.BlockMap;
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
 * @param decision what must be read of a paged file
 */
public record LaneFile(
        LaneCopy lane,
        ManifestChain.@Nullable Chained known,
        @Nullable BaseFile pages,
        FileDecision decision) {

    /** A file that the lane has never seen. */
    public static LaneFile unknown(LaneCopy lane) {
        return new LaneFile(lane, null, null, FileDecision.WHOLE);
    }

    /** Looks into the lane's base; paths must be asked for in their order. */
    static LaneFile of(LaneCopy lane, ClusterEntry entry, CopyRules rules) {
        int pageSize = rules.pageSize();
        Optional<ManifestChain.Chained> found = lane.base()
                .flatMap(set -> set.find(entry.path()))
                .filter(chained -> !chained.levels().isEmpty())
                .filter(chained -> chained.levels().get(0).file().proof().paged() == entry.paged());
        if (found.isEmpty() || !entry.paged()) {
            return new LaneFile(lane, found.orElse(null), null, FileDecision.WHOLE);
        }
        ManifestChain.Chained known = found.get();
        ResolvedFile content =
                ResolvedFile.of(known.levels(), pageSize, lane.rules().zeroFingerprint());
        BaseFile pages = new BaseFile(content, lane.base().orElseThrow().startOf(known));
        return new LaneFile(lane, known, pages, decide(lane, entry, content, rules));
    }

    /** A file with a part of a page at its end is nothing that a server writes, and read whole. */
    private static FileDecision decide(LaneCopy lane, ClusterEntry entry, ResolvedFile base, CopyRules rules) {
        long before = base.file().attributes().size();
        boolean wholePages = entry.size() % rules.pageSize() == 0 && before % rules.pageSize() == 0;
        long most = rules.blocksPerSegment() * rules.pageSize();
        if (lane.changes().isEmpty() || !wholePages || entry.size() > most) {
            return FileDecision.WHOLE;
        }
        int now = (int) (entry.size() / rules.pageSize());
        FileDecision.Sizes sizes =
                new FileDecision.Sizes(entry.relation().orElseThrow(), now, base.unitCount(), rules.blocksPerSegment());
        return FileDecision.of(lane.changes().get(), sizes);
    }

    /** Whether nothing of the file needs to be read, and nothing be written but that it is as it was. */
    boolean unchanged(long size) {
        return decision.unchanged() && known != null && plain().attributes().size() == size;
    }

    /** The file as it was. */
    ManifestEntry.File asItWas(ClusterEntry entry) {
        return new ManifestEntry.File(entry.path(), entry.attributes(), plain().proof(), BlockMap.unchanged());
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
