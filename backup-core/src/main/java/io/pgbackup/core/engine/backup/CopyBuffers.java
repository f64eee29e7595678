package io.pgbackup.core.engine.backup;

import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.repository.BundleWriter;
import java.nio.ByteBuffer;

/**
 * What one worker copies with: its bundle and its buffers, used again for each run. One at a time.
 *
 * @param bundle where frames go
 * @param direct what is read into
 * @param pages the same bytes where the processor works fastest on them
 * @param frame the units of the next frame
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CopyBuffers(BundleWriter bundle, ByteBuffer direct, byte[] pages, byte[] frame) {
    static final int READ_SIZE = 256 * 1024;

    static CopyBuffers with(BundleWriter bundle) {
        return new CopyBuffers(
                bundle,
                ByteBuffer.allocateDirect(READ_SIZE),
                new byte[READ_SIZE],
                new byte[ManifestEntry.File.PLAIN_UNIT]);
    }
}
