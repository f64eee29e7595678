package io.pgbackup.backup;

/**
 * A page that failed its check, also when read again.
 *
 * @param path of the file, relative to the data directory
 * @param block number of the page within the relation fork, counted over all its segment files
 * @param reason what is wrong with it
 */
public record BadPage(String path, long block, String reason) {}
