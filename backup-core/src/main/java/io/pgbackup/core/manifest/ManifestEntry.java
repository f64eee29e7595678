package io.pgbackup.core.manifest;

import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.TablespaceLocation;

/** One thing a backup holds. Immutable. */
public sealed interface ManifestEntry {
    /**
     * Where it is.
     *
     * @return relative to the data directory
     */
    ClusterPath path();

    /**
     * Size as stored, mode, owner and time.
     *
     * @return the attributes
     */
    EntryAttributes attributes();

    /**
     * A directory.
     *
     * @param path where
     * @param attributes of it
     */
    record Directory(ClusterPath path, EntryAttributes attributes) implements ManifestEntry {}

    /**
     * The link to a tablespace.
     *
     * @param path where
     * @param attributes of the tablespace's directory
     * @param target where the tablespace was
     */
    record Link(ClusterPath path, EntryAttributes attributes, TablespaceLocation target) implements ManifestEntry {}

    /**
     * A file.
     *
     * @param path where
     * @param attributes of it; the size is that of the content stored
     * @param proof what the restored file must agree with
     * @param map where the content is
     */
    record File(ClusterPath path, EntryAttributes attributes, FileProof proof, BlockMap map) implements ManifestEntry {
        /** Bytes of a unit of a file that is not paged. */
        public static final int PLAIN_UNIT = 64 * 1024;

        /**
         * Bytes of a unit.
         *
         * @param pageSize of the cluster
         * @return the page size for a paged file, 64 KiB for any other
         */
        public int unitSize(int pageSize) {
            return proof.paged() ? pageSize : PLAIN_UNIT;
        }

        /**
         * The number of units, the last of which may be shorter.
         *
         * @param pageSize of the cluster
         * @return at least 0
         */
        public int unitCount(int pageSize) {
            return unitCount(attributes.size(), unitSize(pageSize));
        }

        /**
         * The number of units in some bytes.
         *
         * @param size in bytes
         * @param unitSize in bytes
         * @return the last unit may be shorter
         */
        public static int unitCount(long size, int unitSize) {
            return Math.toIntExact((size + unitSize - 1) / unitSize);
        }
    }
}
