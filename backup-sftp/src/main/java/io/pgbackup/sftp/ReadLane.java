package io.pgbackup.sftp;

import java.io.IOException;
import java.util.Optional;

/**
 * A file that is open for reading on one channel. A channel grants the server a window of a mebibyte, which over a distance is less than the line
 * can carry: a long read uses several lanes.
 *
 * @param files the channel
 * @param handle the open file
 */
record ReadLane(SftpFiles files, FileHandle handle) {
    /** Where more lanes of the same file come from. */
    @FunctionalInterface
    interface Source {
        /** Empty if no channel is free. */
        Optional<ReadLane> open() throws IOException;
    }

    /** Closes the file without waiting for it, and gives the channel back. */
    void close() {
        try (files) {
            files.close(handle);
            files.flush();
        } catch (IOException e) {
            // Nothing is lost: the server closes what is open when the channel ends.
            return;
        }
    }
}
