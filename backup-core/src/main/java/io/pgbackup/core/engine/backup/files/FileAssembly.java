package io.pgbackup.core.engine.backup.files;

import io.pgbackup.backup.BadPage;
import io.pgbackup.core.manifest.BlockMap;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.pipeline.Crc32c;
import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.EntryAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Puts the runs of one paged file together again, in their order. For one thread. */
final class FileAssembly {
    private final ClusterEntry entry;
    private final List<Run> runs = new ArrayList<>();
    private final List<RunResult> results = new ArrayList<>();

    FileAssembly(ClusterEntry entry) {
        this.entry = entry;
    }

    void add(Run run, RunResult result) {
        runs.add(run);
        results.add(result);
    }

    /**
     * Whether all runs saw one and the same file: each but the last was read to its end, and either all or none found the file gone. A file that
     * shrank while it was read must be read again in one go.
     */
    boolean consistent() {
        boolean ended = false;
        for (int index = 0; index < runs.size(); index++) {
            RunResult result = results.get(index);
            if (result.vanished() != results.get(0).vanished() || ended && result.length() > 0) {
                return false;
            }
            ended |= result.length() < runs.get(index).length();
        }
        return true;
    }

    /** Whether the file is gone. */
    boolean vanished() {
        return results.get(0).vanished();
    }

    /** The file as a lane has stored it, by the lane's place in the runs; not if it is gone. */
    ManifestEntry.File assemble(int lane) {
        long size = 0;
        OptionalInt crc = OptionalInt.of(0);
        List<FrameRef> frames = new ArrayList<>();
        UnitRuns.Builder zeros = new UnitRuns.Builder();
        List<LaneResult> parts = new ArrayList<>();
        for (RunResult result : results) {
            LaneResult part = result.lanes().get(lane);
            parts.add(part);
            crc = joined(crc, size, result);
            size += result.length();
            frames.addAll(part.frames);
            zeros.addAll(part.zeros.build());
        }
        long[] fingerprints =
                concatenate(parts.stream().map(LaneResult::fingerprints).toList());
        long[] stored =
                concatenate(parts.stream().map(LaneResult::storedFingerprints).toList());
        BlockMap own = new BlockMap(false, frames, zeros.build(), stored);
        boolean baseHoldsIt = runs.get(0).lanes().get(lane).pages() != null;
        boolean overlay = baseHoldsIt && own.ownUnits() < fingerprints.length;
        EntryAttributes actual = new EntryAttributes(
                size,
                entry.attributes().mode(),
                entry.attributes().ownership(),
                entry.attributes().modified());
        FileProof proof = new FileProof(true, FileProof.digestOfPages(size, fingerprints), crc);
        return new ManifestEntry.File(
                entry.path(), actual, proof, new BlockMap(overlay, own.frames(), own.zeros(), own.fingerprints()));
    }

    private static OptionalInt joined(OptionalInt crc, long size, RunResult next) {
        if (size == 0 || next.crc32c().isEmpty() || crc.isEmpty()) {
            return size == 0 ? next.crc32c() : OptionalInt.empty();
        }
        return OptionalInt.of(Crc32c.combine(crc.getAsInt(), next.crc32c().getAsInt(), next.length()));
    }

    private static long[] concatenate(List<long[]> parts) {
        long[] whole = new long[parts.stream().mapToInt(part -> part.length).sum()];
        int position = 0;
        for (long[] part : parts) {
            System.arraycopy(part, 0, whole, position, part.length);
            position += part.length;
        }
        return whole;
    }

    ClusterEntry entry() {
        return entry;
    }

    long bytesRead() {
        return results.stream().mapToLong(RunResult::bytesRead).sum();
    }

    List<BadPage> badPages() {
        return results.stream().flatMap(result -> result.badPages().stream()).toList();
    }
}
