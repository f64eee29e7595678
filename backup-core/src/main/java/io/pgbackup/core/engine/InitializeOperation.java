package io.pgbackup.core.engine;

import io.pgbackup.Cluster;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.session.ServerSession;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;

/** Makes a repository ready for a cluster: format, keys, and the claim of the cluster's place for its server. For one call. */
final class InitializeOperation {
    private final Cluster cluster;
    private final boolean made;

    InitializeOperation(Cluster cluster, boolean made) {
        this.cluster = cluster;
        this.made = made;
    }

    InitializeResult run(OpenRepository repository) {
        ServerIdentity server;
        try (ServerSession session = ServerSession.connect(
                Connections.settings(Connections.require(cluster).connection()))) {
            server = Connections.identity(session.facts());
        }
        boolean claimed = new IdentityRecords(repository, ClusterLayout.of(cluster.name())).claim(server);
        return made || claimed ? InitializeResult.CREATED : InitializeResult.ALREADY_VALID;
    }
}
