package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;

/**
 * Where the content of a backup was taken first. A copy of a copy names the same origin, so it tells whether two repositories hold the same.
 *
 * @param repositoryId of the repository it was taken into, 32 hexadecimal digits
 * @param cluster the name of the cluster there
 * @param label its name there
 */
public record BackupOrigin(String repositoryId, String cluster, BackupLabel label) {}
