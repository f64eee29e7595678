package io.pgbackup.catalog;

/**
 * What a backup holds, in bytes unless said otherwise.
 *
 * @param cluster size of the restored cluster without WAL
 * @param files number of files of the restored cluster
 * @param read bytes read from the cluster for this backup
 * @param stored bytes this backup stored for files of the cluster
 * @param walStored bytes this backup stored for WAL
 * @param manifestStored bytes of the manifest of this backup
 * @param storedWithReferences bytes stored by this backup and all it references; of interrupted attempts only what was taken over from them
 * @param pages number of pages of relation files in the cluster
 * @param changedPages number of pages this backup stored
 */
public record BackupSizes(
        long cluster,
        long files,
        long read,
        long stored,
        long walStored,
        long manifestStored,
        long storedWithReferences,
        long pages,
        long changedPages) {}
