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
     * As {@link #writeArchiveCommand(Path)}; while nobody serves, the script starts a JVM for each file, which pushes it by itself and ends. So the server archives on while the application
     * is replaced, at the price of a start for each segment. With a spool no JVM is ever needed, and none is started.
     *
     * @param script is replaced if it exists; for the user of this process only
     * @param fallback how it is started, and where its settings are
     * @return the value for {@code archive_command}, quoted
     */
    String writeArchiveCommand(Path script, JavaFallback fallback);

    /**
     * Writes a shell script for {@code restore_command}. It ends with 0 if the file was found, with 1 if no repository has it, and with 126 after every
     * error, which stops recovery instead of ending it.
     *
     * @param script is replaced if it exists; for the user of this process only
     * @return the value for {@code restore_command}, quoted
     */
    String writeRestoreCommand(Path script);

    /**
     * As {@link #writeRestoreCommand(Path)}; while nobody serves, the script starts a JVM for each file. Nothing is fetched ahead then. A JVM that cannot start ends the script with 126,
     * never with 1.
     *
     * @param script is replaced if it exists; for the user of this process only
     * @param fallback how it is started, and where its settings are
     * @return the value for {@code restore_command}, quoted
     */
    String writeRestoreCommand(Path script, JavaFallback fallback);

    /**
     * Makes, or makes anew, the file with loaded classes that a fallback names: starts its JVM once, which asks the repositories for a file that none has. This also proves the settings.
     *
     * @param fallback names the file
     * @throws io.pgbackup.error.PgBackupException with {@code TARGET_UNUSABLE} if the JVM fails, with what it said; or if its class path does not allow it
     */
    void createSharedArchive(JavaFallback fallback);

    /** Stops answering and removes the socket. Commands that are under way fail in the way above, and the server repeats them. Idempotent. */
    @Override
    void close();
}
