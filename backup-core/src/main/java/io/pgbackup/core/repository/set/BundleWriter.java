package io.pgbackup.core.repository.set;

import io.pgbackup.core.manifest.BundleRef;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.pipeline.FrameLocation;
import io.pgbackup.core.pipeline.ObjectSealer;
import io.pgbackup.core.postgres.files.ClusterPath;
import org.jspecify.annotations.Nullable;

/** Writes frames of files into bundles, beginning a new one when a bundle is full. For one worker at a time. */
public final class BundleWriter {
    /** Header, tag and compression bound of one frame, with room to spare. */
    private static final int FRAME_OVERHEAD = 1024;

    private final BundleWriters bundles;
    private @Nullable Current current;

    /** The bundle being written. */
    private record Current(BundleRef bundle, ObjectSealer sealer, BundleIndex index) {}

    BundleWriter(BundleWriters bundles) {
        this.bundles = bundles;
    }

    /**
     * Writes a frame.
     *
     * @param path of the file
     * @param unitSize bytes of a unit
     * @param units what the frame holds
     * @param plain the bytes of those units, from the begin of the array
     * @param length number of bytes, at most 64 KiB
     * @return where it is
     */
    public FrameRef write(ClusterPath path, int unitSize, UnitRuns units, byte[] plain, int length) {
        Current open = current;
        if (open != null && !fits(open, path, length)) {
            finish();
            open = null;
        }
        if (open == null) {
            open = begin();
            current = open;
        }
        FrameLocation location = open.sealer().add(plain, 0, length);
        open.index().add(path, unitSize, location, units);
        return new FrameRef(
                open.bundle(), Math.toIntExact(location.number()), location.offset(), location.storedLength(), units);
    }

    private Current begin() {
        ObjectSealer sealer = bundles.takeBuffer();
        return new Current(bundles.begin(sealer), sealer, new BundleIndex());
    }

    private boolean fits(Current open, ClusterPath path, int length) {
        long index = open.index().size() + path.bytes().length + BundleIndex.FRAME_ROOM;
        long indexFrames = index / ObjectSealer.MAXIMUM_FRAME + 1;
        long needed = open.sealer().size() + length + FRAME_OVERHEAD + index + indexFrames * FRAME_OVERHEAD;
        return needed <= bundles.capacity();
    }

    /** Ends the bundle with its index and sends it on its way. */
    void finish() {
        Current open = current;
        if (open == null) {
            return;
        }
        current = null;
        byte[] index = open.index().toBytes();
        for (int offset = 0; offset < index.length; offset += ObjectSealer.MAXIMUM_FRAME) {
            open.sealer().add(index, offset, Math.min(ObjectSealer.MAXIMUM_FRAME, index.length - offset));
        }
        byte[] count = open.index().frameCount();
        open.sealer().addLast(count, 0, count.length);
        bundles.store(open.bundle(), open.sealer());
    }
}
