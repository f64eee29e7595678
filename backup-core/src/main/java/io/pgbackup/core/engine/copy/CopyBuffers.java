package io.pgbackup.core.engine.copy;

import io.pgbackup.core.manifest.ManifestEntry;

/**
 * What one worker copies with. One at a time.
 *
 * @param window where units arrive
 * @param frame the units of the next frame
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CopyBuffers(byte[] window, byte[] frame) {
    static CopyBuffers allocate() {
        return new CopyBuffers(new byte[Window.BYTES], new byte[ManifestEntry.File.PLAIN_UNIT]);
    }
}
