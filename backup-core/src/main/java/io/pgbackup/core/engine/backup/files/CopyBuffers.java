package io.pgbackup.core.engine.backup.files;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What one worker copies with, used again for each run. One at a time.
 *
 * @param direct what is read into
 * @param pages the same bytes where the processor works fastest on them
 * @param lanes what is filled for each lane
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record CopyBuffers(ByteBuffer direct, byte[] pages, List<LaneBuffers> lanes) {
    static final int READ_SIZE = 256 * 1024;

    static CopyBuffers with(List<LaneBuffers> lanes) {
        return new CopyBuffers(ByteBuffer.allocateDirect(READ_SIZE), new byte[READ_SIZE], lanes);
    }

    LaneBuffers of(LaneCopy lane) {
        for (LaneBuffers candidate : lanes) {
            if (candidate.lane() == lane) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("a lane of another run");
    }
}
