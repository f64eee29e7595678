package io.pgbackup.wal;

import java.nio.file.Path;

/**
 * Takes WAL from the server's {@code archive_command} and gives WAL to its {@code restore_command}, as long as it is open. While it is not, the commands
 * fail in a way that makes the server wait: nothing is lost, and recovery does not end early. While it is open, the archives are watched: listeners are warned within a minute
 * when WAL is missing somewhere or a repository cannot be looked at, and a repository that lags behind is caught up. Safe for use by many threads.
 */
public interface WalService extends AutoCloseable {
    /**
     * Writes a shell script for {@code archive_command}. It needs {@code curl} or {@code perl}; with {@link WalPolicy#spooledIn}, where it copies and asks nobody, {@code sync} of
     * the GNU core utilities or another one that takes files.
     *
     * @param script is replaced if it exists; for the user of this process only
     * @return the value for {@code archive_command}, quoted
     */
    String writeArchiveCommand(Path script);

    /**
     * Writes a shell script for {@code restore_command}. It ends with 0 if the file was found, with 1 if no repository has it, and with 126 after every
     * error, which stops recovery instead of ending it.
     *
     * @param script is replaced if it exists; for the user of this process only
     * @return the value for {@code restore_command}, quoted
     */
    String writeRestoreCommand(Path script);

    /** Stops answering and removes the socket. Commands that are under way fail in the way above, and the server repeats them. Idempotent. */
    @Override
    void close();
}
