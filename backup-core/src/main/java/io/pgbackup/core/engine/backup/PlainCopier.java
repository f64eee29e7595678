package io.pgbackup.core.engine.backup;

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
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Copies a file that has no pages: configuration, transaction status, WAL, labels. It is stored whole, unless its digest says that the base holds the
 * same. Used once, by one worker.
 */
final class PlainCopier {
    /** Gives the bytes of a file. */
    @FunctionalInterface
    interface Content {
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

    /** A file that was copied, and how many bytes were read for it. */
    record Copied(ManifestEntry.File file, long bytesRead) {}

    private static final int UNIT = ManifestEntry.File.PLAIN_UNIT;
    private static final byte[] ZEROS = new byte[UNIT];

    private final ClusterPath path;
    private final EntryAttributes attributes;
    private final Content content;
    private final CopyBuffers buffers;

    PlainCopier(ClusterPath path, EntryAttributes attributes, Content content, CopyBuffers buffers) {
        this.path = path;
        this.attributes = attributes;
        this.content = content;
        this.buffers = buffers;
    }

    /**
     * Copies up to the size that was listed; what was appended since comes back by WAL.
     *
     * @param base proof of the file in the base and its size, if it holds the path
     */
    Copied copy(Optional<ManifestEntry.File> base) {
        long read = 0;
        if (base.isPresent() && base.get().attributes().size() == attributes.size()) {
            Pass look = pass(false);
            read = look.size;
            if (look.proof.equals(base.get().proof())) {
                return new Copied(file(look, BlockMap.unchanged()), read);
            }
        }
        Pass stored = pass(true);
        BlockMap map = new BlockMap(false, stored.frames, stored.zeros, new long[0]);
        return new Copied(file(stored, map), read + stored.size);
    }

    private ManifestEntry.File file(Pass pass, BlockMap map) {
        EntryAttributes actual =
                new EntryAttributes(pass.size, attributes.mode(), attributes.ownership(), attributes.modified());
        return new ManifestEntry.File(path, actual, pass.proof, map);
    }

    /** What one reading of the file gave. */
    private record Pass(long size, FileProof proof, List<FrameRef> frames, UnitRuns zeros) {}

    private Pass pass(boolean store) {
        MessageDigest digest = FileProof.sha256();
        CRC32C crc = new CRC32C();
        List<FrameRef> frames = new ArrayList<>();
        UnitRuns.Builder zeros = new UnitRuns.Builder();
        long size = 0;
        for (int unit = 0; size < attributes.size(); unit++) {
            int wanted = (int) Math.min(UNIT, attributes.size() - size);
            int length = content.read(size, buffers.frame(), wanted);
            if (length == 0) {
                break;
            }
            digest.update(buffers.frame(), 0, length);
            crc.update(buffers.frame(), 0, length);
            size += length;
            if (Arrays.equals(buffers.frame(), 0, length, ZEROS, 0, length)) {
                zeros.add(unit, 1);
            } else if (store) {
                frames.add(buffers.bundle().write(path, UNIT, UnitRuns.of(unit, 1), buffers.frame(), length));
            }
            if (length < wanted) {
                break;
            }
        }
        return new Pass(size, new FileProof(false, digest.digest(), (int) crc.getValue()), frames, zeros.build());
    }
}
