package io.pgbackup.core.repository.set;

import io.pgbackup.core.manifest.ByteCursor;
import io.pgbackup.core.manifest.ByteSink;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.pipeline.FrameLocation;
import io.pgbackup.core.postgres.files.ClusterPath;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a bundle says of itself behind the frames of files: for every one of them the file and the units it holds, so that a rebuild needs no manifest.
 * The index takes as many frames as it needs; the very last frame holds the number of frames of files, and so tells where the index begins. Frames lie
 * one after the other, so numbers and offsets follow from the lengths. Not safe for use by many threads.
 */
public final class BundleIndex {
    /** Bytes that the index of one more frame may need, without the path. */
    static final int FRAME_ROOM = 64;

    /**
     * One frame of a bundle.
     *
     * @param path of the file
     * @param unitSize bytes of a unit
     * @param location of the frame
     * @param units what it holds
     */
    public record IndexedFrame(ClusterPath path, int unitSize, FrameLocation location, UnitRuns units) {}

    private final ByteSink frames = new ByteSink();
    private int count;
    private Optional<ClusterPath> path = Optional.empty();

    public void add(ClusterPath file, int unitSize, FrameLocation location, UnitRuns units) {
        boolean same = path.filter(file::equals).isPresent();
        frames.octet(same ? 0 : 1);
        if (!same) {
            frames.counted(file.bytes());
            frames.number(unitSize);
            path = Optional.of(file);
        }
        frames.number(location.storedLength());
        units.writeTo(frames);
        count++;
    }

    int size() {
        return frames.size() + 16;
    }

    /** Plaintext of the bundle's last frame. */
    byte[] frameCount() {
        return ByteBuffer.allocate(Long.BYTES).putLong(count).array();
    }

    public byte[] toBytes() {
        ByteSink index = new ByteSink();
        index.number(count);
        index.append(frames);
        return index.toByteArray();
    }

    /** The index, of the frames it is in. */
    static List<IndexedFrame> ofFrames(List<byte[]> plain, int firstOffset) {
        ByteSink index = new ByteSink();
        plain.forEach(index::raw);
        return parse(index.toByteArray(), firstOffset);
    }

    /**
     * Reads an index.
     *
     * @param bytes as the bundle holds it
     * @param firstOffset where the first frame lies: the length of the object header
     * @return the frames in their order
     * @throws MalformedContentException if it is not an index
     */
    public static List<IndexedFrame> parse(byte[] bytes, int firstOffset) {
        ByteCursor cursor = new ByteCursor(bytes);
        int count = cursor.count("frames");
        List<IndexedFrame> frames = new ArrayList<>();
        long offset = firstOffset;
        ClusterPath path = ClusterPath.ROOT;
        int unitSize = 0;
        for (int number = 0; number < count; number++) {
            if (beginsFile(cursor.octet(), number)) {
                path = path(cursor.counted("a path"));
                unitSize = cursor.number(1 << 20, "the size of a unit");
            }
            if (path.equals(ClusterPath.ROOT) || unitSize == 0) {
                throw new MalformedContentException("frame " + number + " is of no file, or has units of no bytes");
            }
            int stored = cursor.number(1 << 20, "the length of a frame");
            UnitRuns units = UnitRuns.readFrom(cursor);
            frames.add(new IndexedFrame(path, unitSize, new FrameLocation(number, offset, stored), units));
            offset += stored;
        }
        if (cursor.remaining() > 0) {
            throw new MalformedContentException(cursor.remaining() + " bytes follow the index");
        }
        return frames;
    }

    private static boolean beginsFile(int octet, int number) {
        if (octet > 1 || octet == 0 && number == 0) {
            throw new MalformedContentException("frame " + number + " is neither of the same file nor of another");
        }
        return octet == 1;
    }

    private static ClusterPath path(byte[] bytes) {
        try {
            return ClusterPath.of(bytes);
        } catch (IllegalArgumentException e) {
            throw new MalformedContentException(e.getMessage());
        }
    }
}
