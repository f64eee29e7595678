package io.pgbackup.core.postgres.session;

import io.pgbackup.core.postgres.ClusterState;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;

/** Whether a connection and a data directory are of one and the same cluster. Another host, a container or a typing mistake easily parts them. */
public final class ClusterMatch {
    private static final String HINT =
            "The data directory and the connection must be of the same running server; in a container name the directory as this process sees it.";

    private ClusterMatch() {}

    /**
     * Compares what the files say with what the server says.
     *
     * @param files the control file of the data directory
     * @param server the facts of the connection
     * @throws ClusterException {@code WRONG_CLUSTER} if the system identifiers differ, {@code SERVER_CONFIGURATION} if anything else does
     */
    public static void require(ControlFile files, ServerFacts server) {
        if (files.systemIdentifier() != server.identity().systemIdentifier()) {
            throw new ClusterException(
                    ErrorCode.WRONG_CLUSTER,
                    "the data directory belongs to the cluster " + Long.toUnsignedString(files.systemIdentifier())
                            + ", the connection to "
                            + Long.toUnsignedString(server.identity().systemIdentifier()),
                    HINT);
        }
        same(
                "whether the server is a standby",
                isStandby(files),
                server.operation().inRecovery());
        same("catalog version", files.catalogVersion(), server.identity().catalogVersion());
        same("WAL segment size", files.walSegmentSize(), server.layout().walSegmentSize());
        same("page size", files.blockSize(), server.layout().blockSize());
        same("use of page checksums", files.checksums(), server.layout().checksums());
    }

    /** A primary and its standbys share their system identifier; what tells them apart is their state. */
    private static boolean isStandby(ControlFile files) {
        return files.state() != ClusterState.IN_PRODUCTION;
    }

    private static void same(String what, Object files, Object server) {
        if (!files.equals(server)) {
            throw new ClusterException(
                    ErrorCode.SERVER_CONFIGURATION,
                    "the data directory and the connection differ in " + what + ": " + files + " and " + server,
                    HINT);
        }
    }
}
