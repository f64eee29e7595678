package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.catalog.InitializeResult;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.session.ServerSession;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.util.List;
import java.util.Optional;

/** Begins a new identity of a cluster, because its user says that the server is another one now. For one call. */
final class NewIdentityOperation {
    private final Operation operation;
    private final Cluster cluster;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final IdentityRecords identities;

    NewIdentityOperation(Operation operation, Cluster cluster, OpenRepository repository) {
        this.operation = operation;
        this.cluster = cluster;
        this.repository = repository;
        this.layout = ClusterLayout.of(cluster.name());
        this.identities = new IdentityRecords(repository, layout);
    }

    /** Another server took the place of the one that was backed up so far. */
    InitializeResult upgrade() {
        ServerIdentity server = server();
        List<ServerIdentity> known = known(server);
        ServerIdentity current = known.get(known.size() - 1);
        if (current.equals(server)) {
            return InitializeResult.ALREADY_VALID;
        }
        // Back to a server that the cluster was before: the way out of an upgrade that failed.
        if (server.majorVersion() < current.majorVersion() && !known.contains(server)) {
            throw new RepositoryException(
                    ErrorCode.WRONG_CLUSTER,
                    "the server is " + IdentityRecords.describe(server) + ", older than "
                            + IdentityRecords.describe(current) + " of which cluster " + layout.root() + " is",
                    "an upgrade does not lead to a lower major version: check data directory and connection");
        }
        return begin(server);
    }

    /** The server has a history of its own from now on, although it is known under the same system identifier. */
    InitializeResult fork() {
        ServerIdentity server = server();
        known(server);
        identities.requireCurrent(server);
        return begin(server);
    }

    private InitializeResult begin(ServerIdentity server) {
        List<BackupLabel> labels = new Catalog(repository, layout).labels().all();
        Optional<BackupLabel> newest = labels.isEmpty() ? Optional.empty() : Optional.of(labels.get(labels.size() - 1));
        operation.fact("identity", Integer.toString(identities.begin(server, newest)));
        operation.fact("server", IdentityRecords.describe(server));
        return InitializeResult.CREATED;
    }

    private ServerIdentity server() {
        try (ServerSession session = ServerSession.connect(
                Connections.settings(Connections.require(cluster).connection()))) {
            return Connections.identity(session.facts());
        }
    }

    private List<ServerIdentity> known(ServerIdentity server) {
        List<ServerIdentity> known = identities.all();
        if (known.isEmpty()) {
            identities.requireCurrent(server);
        }
        identities.requireNoOther(server);
        return known;
    }
}
