package io.pgbackup.core.block;

import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A file with its chain of overlays laid on top of each other: for each unit the newest set that holds it and, for paged files, its
 * fingerprint. Immutable.
 */
public final class ResolvedFile {
    private final ManifestEntry.File file;
    private final int unitSize;
    private final boolean[] known;
    private final long[] fingerprints;
    private final List<NeededFrame> frames;

    private ResolvedFile(
            ManifestEntry.File file, int unitSize, boolean[] known, long[] fingerprints, List<NeededFrame> frames) {
        this.file = file;
        this.unitSize = unitSize;
        this.known = known;
        this.fingerprints = fingerprints;
        this.frames = frames;
    }

    /**
     * Lays the levels on top of each other and checks them against the file's proof.
     *
     * @param levels newest first
     * @param pageSize of the cluster, in bytes
     * @param zeroFingerprint fingerprint of a page of zero bytes
     * @return the file
     * @throws MalformedContentException if a unit is missing or the fingerprints do not agree with the proof
     */
    public static ResolvedFile of(List<ManifestChain.Level> levels, int pageSize, long zeroFingerprint) {
        ResolvedFile file = part(levels, pageSize, zeroFingerprint);
        file.requireComplete();
        return file;
    }

    /**
     * Lays some levels on top of each other that need not hold the whole file.
     *
     * @param levels newest first
     * @param pageSize of the cluster, in bytes
     * @param zeroFingerprint fingerprint of a page of zero bytes
     * @return what they hold of the file; no fingerprint is known of what they lack
     */
    public static ResolvedFile part(List<ManifestChain.Level> levels, int pageSize, long zeroFingerprint) {
        ManifestEntry.File file = levels.get(0).file();
        int units = file.unitCount(pageSize);
        boolean[] claimed = new boolean[units];
        long[] fingerprints = new long[file.proof().paged() ? units : 0];
        List<NeededFrame> frames = new ArrayList<>();
        for (ManifestChain.Level level : levels) {
            claimFrames(level, claimed, fingerprints, frames);
            claimZeros(level, claimed, fingerprints, zeroFingerprint);
        }
        return new ResolvedFile(file, file.unitSize(pageSize), claimed, fingerprints, List.copyOf(frames));
    }

    private static void claimFrames(
            ManifestChain.Level level, boolean[] claimed, long[] fingerprints, List<NeededFrame> frames) {
        long[] known = level.file().map().fingerprints();
        int[] position = {0};
        for (FrameRef frame : level.file().map().frames()) {
            UnitRuns.Builder needed = new UnitRuns.Builder();
            LongStream.Builder expected = LongStream.builder();
            frame.units().forEach((first, count) -> {
                for (int unit = first; unit < first + count; unit++, position[0]++) {
                    if (unit < claimed.length && !claimed[unit]) {
                        claimed[unit] = true;
                        needed.add(unit, 1);
                        if (fingerprints.length > 0) {
                            fingerprints[unit] = known[position[0]];
                            expected.add(known[position[0]]);
                        }
                    }
                }
            });
            if (!needed.isEmpty()) {
                frames.add(new NeededFrame(
                        level.set(), frame, needed.build(), expected.build().toArray()));
            }
        }
    }

    private static void claimZeros(
            ManifestChain.Level level, boolean[] claimed, long[] fingerprints, long zeroFingerprint) {
        level.file().map().zeros().forEach((first, count) -> {
            for (int unit = first; unit < Math.min(first + count, claimed.length); unit++) {
                if (!claimed[unit] && fingerprints.length > 0) {
                    fingerprints[unit] = zeroFingerprint;
                }
                claimed[unit] = true;
            }
        });
    }

    private void requireComplete() {
        for (int unit = 0; unit < known.length; unit++) {
            if (!known[unit]) {
                throw new MalformedContentException("unit " + unit + " of " + file.path() + " is stored nowhere");
            }
        }
        if (file.proof().paged()
                && !Arrays.equals(
                        FileProof.digestOfPages(file.attributes().size(), fingerprints),
                        file.proof().digest())) {
            throw new MalformedContentException("the fingerprints of " + file.path() + " do not agree with its proof");
        }
    }

    /**
     * The entry of the newest set.
     *
     * @return the file
     */
    public ManifestEntry.File file() {
        return file;
    }

    /**
     * Bytes of a unit.
     *
     * @return of all but perhaps the last
     */
    public int unitSize() {
        return unitSize;
    }

    /**
     * The number of units.
     *
     * @return at least 0
     */
    public int unitCount() {
        return known.length;
    }

    /**
     * The bytes of one unit.
     *
     * @param unit its number
     * @return the unit size, or less for the last
     */
    public int unitLength(int unit) {
        return (int) Math.min(unitSize, file.attributes().size() - (long) unit * unitSize);
    }

    /**
     * The fingerprint of one page of a paged file.
     *
     * @param unit its number
     * @return the fingerprint
     */
    public long fingerprint(int unit) {
        return fingerprints[unit];
    }

    /**
     * Whether the levels hold a unit, in a frame or as zeros.
     *
     * @param unit its number
     * @return true for each, unless it was resolved in part
     */
    public boolean isKnown(int unit) {
        return known[unit];
    }

    /**
     * The frames that hold the content; known units in none of them are zero.
     *
     * @return in no particular order
     */
    public List<NeededFrame> frames() {
        return frames;
    }
}
