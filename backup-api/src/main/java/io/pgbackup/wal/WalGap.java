package io.pgbackup.wal;

/**
 * WAL that is not in the archive although something before and after it is: recovery ends before it.
 *
 * @param repository name of the repository
 * @param timeline on which it is missing
 * @param firstMissing name of the first segment that is missing
 * @param lastMissing name of the last one
 * @param segments how many are missing
 */
public record WalGap(String repository, long timeline, String firstMissing, String lastMissing, long segments) {}
