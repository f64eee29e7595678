package io.pgbackup.core.pipeline;

import java.util.ArrayList;
import java.util.List;

/** Finds the frames of an object by nothing but their headers, for objects that nobody describes any more. Believes nothing: each frame has still to be opened. */
public final class FrameWalk {
    private FrameWalk() {}

    /**
     * The frames of an object, up to the first place where none can be.
     *
     * @param opener has begun the object
     * @param object as it is stored, perhaps cut off
     * @param length how many bytes of it there are
     * @param header of the object
     * @return in their order; the last one is not checked to be marked as the last
     */
    public static List<FrameLocation> of(ObjectOpener opener, ObjectHeader header, byte[] object, int length) {
        List<FrameLocation> frames = new ArrayList<>();
        int offset = header.length();
        while (length - offset >= FrameHeader.LENGTH) {
            int payload = FrameHeader.payloadLength(object, offset);
            if (!FrameHeader.isPlausible(payload, FrameHeader.word(object, offset), opener.overhead())
                    || payload > length - offset - FrameHeader.LENGTH) {
                return frames;
            }
            int stored = FrameHeader.LENGTH + payload;
            frames.add(new FrameLocation(frames.size(), offset, stored));
            offset += stored;
        }
        return frames;
    }
}
