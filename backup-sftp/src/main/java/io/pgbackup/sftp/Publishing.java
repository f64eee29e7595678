package io.pgbackup.sftp;

import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/**
 * Gives a written file its key, never replacing what has that key: by a hard link, which every system refuses if the name is taken. A server
 * without the extension for it is refused, unless its user declared {@link Sftp#unsafeRename()}; then by the protocol's plain
 * rename, and only if the server was seen to refuse a rename onto an existing file. Safe for use by many threads.
 */
final class Publishing {
    private final boolean renameAllowed;
    private volatile boolean renameProved;

    Publishing(boolean renameAllowed) {
        this.renameAllowed = renameAllowed;
    }

    /** Refuses a server that cannot publish, before anything is sent to it. */
    void require(ObjectKey key, SftpFiles files, RemoteTree tree) throws IOException, StorageException {
        if (files.offers(SftpFiles.HARD_LINK) || renameProved) {
            return;
        }
        if (!renameAllowed) {
            throw new StorageFaultException("cannot create " + key + ": the server does not offer "
                    + SftpFiles.HARD_LINK
                    + ", so an object that exists could be overwritten. Use a server that does, such"
                    + " as OpenSSH, or, if there is only ever one writer, declare Sftp.unsafeRename()");
        }
        proveRename(key, files, tree);
        renameProved = true;
    }

    private static void proveRename(ObjectKey key, SftpFiles files, RemoteTree tree)
            throws IOException, StorageException {
        String first = RemoteTree.below(tree.pending(), UUID.randomUUID().toString());
        String second = RemoteTree.below(tree.pending(), UUID.randomUUID().toString());
        files.close(files.create(first).get());
        files.close(files.create(second).get());
        boolean refused = isRefused(files, first, second);
        files.remove(first);
        files.remove(second);
        files.flush();
        if (!refused) {
            throw new StorageFaultException(
                    "cannot create " + key + ": the server lets a rename replace an existing file" + " and offers no "
                            + SftpFiles.HARD_LINK + "; a repository there could lose backups");
        }
    }

    private static boolean isRefused(SftpFiles files, String from, String taken) throws IOException {
        try {
            files.rename(from, taken).get();
            return false;
        } catch (SftpStatusException e) {
            return true;
        }
    }

    /** Asks the server to publish, without waiting. */
    Answer<SftpReply> begin(SftpFiles files, String written, String target) throws IOException {
        return files.offers(SftpFiles.HARD_LINK) ? files.hardLink(written, target) : files.rename(written, target);
    }

    /** What it means that the server did not publish; returns if the directory of the key, or the written file, is not there. */
    static void explain(ObjectKey key, SftpFiles files, String target, SftpStatusException failure)
            throws IOException, StorageException {
        if (failure.isMissing()) {
            return;
        }
        Optional<RemoteAttributes> found = files.look(target).get();
        if (found.isPresent() && RemoteTree.isFile(target, found.get())) {
            throw new ObjectExistsException("cannot create " + key + ": it exists", failure);
        }
        if (found.isPresent()) {
            throw new StorageFaultException("cannot create " + key + ": there are objects below this key", failure);
        }
        String message = "cannot create " + key + ": its file was written but could not get its name " + target + ", "
                + failure.getMessage() + ". Objects are published by hard links: are there any in the server's file"
                + " system, and is the repository in one file system?";
        throw failure.code() == SftpStatusException.PERMISSION_DENIED
                ? new StorageDeniedException(message, failure)
                : new StorageFaultException(message, failure);
    }
}
