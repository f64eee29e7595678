package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.manifest.BlockMap;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Copies a file that has no pages: configuration, transaction status, WAL, labels. A lane stores it whole, unless its digest says that the lane's base
 * holds the same. Used once, by one worker.
 */
public final class PlainCopier {
    /** Gives the bytes of a file. */
    @FunctionalInterface
    public interface Content {
        /**
         * Reads.
         *
         * @param position first byte
         * @param into filled from its begin
         * @param length bytes wanted
         * @return bytes read; fewer than wanted only at the end
         */
        int read(long position, byte[] into, int length);
    }

    /** A file as a lane has it now, and how many bytes were read for it. */
    public record Copied(LaneFile known, ManifestEntry.File file, long bytesRead) {
        LaneCopy lane() {
            return known.lane();
        }
    }

    private static final int UNIT = ManifestEntry.File.PLAIN_UNIT;
    private static final byte[] ZEROS = new byte[UNIT];

    private final ClusterPath path;
    private final EntryAttributes attributes;
    private final Content content;
    private final CopyBuffers buffers;

    public PlainCopier(ClusterPath path, EntryAttributes attributes, Content content, CopyBuffers buffers) {
        this.path = path;
        this.attributes = attributes;
        this.content = content;
        this.buffers = buffers;
    }

    /**
     * Copies up to the size that was listed; what was appended since comes back by WAL. The first reading is a look for lanes whose base may hold the same
     * and stores for all others; there is a second one only if a lane finds that its base holds something else.
     *
     * @param lanes the file as each lane knows it
     * @return what came of it in the lanes that are left
     */
    public List<Copied> copy(List<LaneFile> lanes) {
        List<LaneFile> looking = lanes.stream()
                .filter(lane -> lane.holdsPlain(attributes.size()))
                .toList();
        List<LaneFile> storing =
                lanes.stream().filter(lane -> !looking.contains(lane)).toList();
        List<Copied> copied = new ArrayList<>();
        Pass first = pass(storing, 0, copied);
        List<LaneFile> changed = new ArrayList<>();
        for (LaneFile lane : looking) {
            if (first.proof.equals(lane.plain().proof())) {
                copied.add(new Copied(lane, file(first, BlockMap.unchanged()), first.size));
            } else {
                changed.add(lane);
            }
        }
        if (!changed.isEmpty()) {
            pass(changed, first.size, copied);
        }
        return copied;
    }

    private ManifestEntry.File file(Pass pass, BlockMap map) {
        EntryAttributes actual =
                new EntryAttributes(pass.size, attributes.mode(), attributes.ownership(), attributes.modified());
        return new ManifestEntry.File(path, actual, pass.proof, map);
    }

    /** What one reading of the file gave. */
    private record Pass(long size, FileProof proof, UnitRuns zeros) {}

    /** A lane that stores what is read. */
    private record Storing(LaneFile known, LaneCopy lane, List<FrameRef> frames) {}

    /** Reads the file once and stores it in some lanes. */
    private Pass pass(List<LaneFile> lanes, long readBefore, List<Copied> copied) {
        List<Storing> storing = lanes.stream()
                .map(known -> new Storing(known, known.lane(), new ArrayList<>()))
                .toList();
        Pass pass = pass(storing);
        for (Storing lane : storing) {
            BlockMap map = new BlockMap(false, lane.frames, pass.zeros, new long[0]);
            copied.add(new Copied(lane.known, file(pass, map), readBefore + pass.size));
        }
        return pass;
    }

    private Pass pass(List<Storing> storing) {
        MessageDigest digest = FileProof.sha256();
        CRC32C crc = new CRC32C();
        byte[] bytes = buffers.pages();
        UnitRuns.Builder zeros = new UnitRuns.Builder();
        long size = 0;
        for (int unit = 0; size < attributes.size(); unit++) {
            int wanted = (int) Math.min(UNIT, attributes.size() - size);
            int length = content.read(size, bytes, wanted);
            if (length == 0) {
                break;
            }
            digest.update(bytes, 0, length);
            crc.update(bytes, 0, length);
            size += length;
            if (Arrays.equals(bytes, 0, length, ZEROS, 0, length)) {
                zeros.add(unit, 1);
            } else {
                store(storing, unit, length);
            }
            if (length < wanted) {
                break;
            }
        }
        return new Pass(size, new FileProof(false, digest.digest(), (int) crc.getValue()), zeros.build());
    }

    private void store(List<Storing> storing, int unit, int length) {
        for (Storing lane : storing) {
            lane.lane
                    .state()
                    .attempt(() -> lane.frames.add(buffers.of(lane.lane)
                            .bundle()
                            .write(path, UNIT, UnitRuns.of(unit, 1), buffers.pages(), length)));
        }
    }
}
