package io.pgbackup.restore;

import io.pgbackup.BackupLabel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What was saved of a damaged backup, and how much of it is certain. The directory is no proven backup: it may hold files that the cluster had removed, parts
 * of files may be missing and are zeros then, and nothing makes it start.
 *
 * @param operationId of the operation
 * @param directory that was written
 * @param chain the backups it was taken from, oldest first, the one asked for last
 * @param chainKnown whether a record told the chain; otherwise every backup between the full one and this one was laid upon it
 * @param files everything that was saved, in the order of paths
 * @param lost objects that could not be read, and why
 * @param duration from call to end
 */
public record SalvageReport(
        String operationId,
        Path directory,
        List<BackupLabel> chain,
        boolean chainKnown,
        List<SalvagedFile> files,
        List<String> lost,
        Duration duration) {
    /** How much is certain about a saved file. */
    public enum Certainty {
        /** It agrees with its proof: byte for byte the file that was backed up. */
        PROVED,
        /** The manifest tells its length and every part of it was found, but not its proof or not the seed of it. */
        COMPLETE,
        /** Its length, its parts or even whether the cluster still had it are not certain. */
        UNCERTAIN
    }

    /**
     * One saved file.
     *
     * @param path relative to the data directory
     * @param bytes its length now
     * @param certainty how much is certain
     * @param unknownBytes bytes that were found nowhere: zeros, rightly or not
     */
    public record SalvagedFile(String path, long bytes, Certainty certainty, long unknownBytes) {}

    /** Copies the lists. */
    public SalvageReport {
        chain = List.copyOf(chain);
        files = List.copyOf(files);
        lost = List.copyOf(lost);
    }

    /**
     * How many files are of some certainty.
     *
     * @param certainty which
     * @return at least 0
     */
    public long count(Certainty certainty) {
        return files.stream().filter(file -> file.certainty() == certainty).count();
    }
}
