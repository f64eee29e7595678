package io.pgbackup.core.postgres.files;

/**
 * Something a walk left out and a person may want to know.
 *
 * @param path what was met
 * @param text what it is and why it is not backed up
 */
public record ScanNote(ClusterPath path, String text) {}
