package io.pgbackup.sftp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Forces the entries of a directory to the server's disk. OpenSSH opens a directory like a file and can then force it; a server that offers no
 * such extension, or does not open directories, keeps entries as durable as it keeps them. For use by one thread.
 */
final class DirectoryForce {
    private final SftpFiles files;
    private final @Nullable Answer<FileHandle> opening;

    private DirectoryForce(SftpFiles files, @Nullable Answer<FileHandle> opening) {
        this.files = files;
        this.opening = opening;
    }

    /** Opens the directory, without waiting for it. */
    static DirectoryForce begin(SftpFiles files, String directory) throws IOException {
        return new DirectoryForce(files, files.offers(SftpFiles.FORCE) ? files.open(directory) : null);
    }

    /** Forces what was changed until now. Returns false if there is no such directory. */
    boolean finish() throws IOException {
        if (opening == null) {
            return true;
        }
        FileHandle handle;
        try {
            handle = opening.get();
        } catch (SftpStatusException e) {
            return !e.isMissing();
        }
        Answer<SftpReply> forced = files.force(handle);
        files.close(handle);
        try {
            forced.get();
        } catch (SftpStatusException e) {
            if (e.code() != SftpStatusException.UNSUPPORTED && e.code() != SftpStatusException.BAD_MESSAGE) {
                throw e;
            }
        }
        return true;
    }

    /** Forces nothing. */
    void cancel() throws IOException {
        if (opening == null) {
            return;
        }
        try {
            files.close(opening.get());
        } catch (SftpStatusException e) {
            // It was not opened, so there is nothing to close.
            return;
        }
    }
}
