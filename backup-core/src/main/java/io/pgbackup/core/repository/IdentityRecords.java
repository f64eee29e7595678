package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Which server a cluster directory belongs to: claimed once, checked ever after, so that two clusters never share a place. */
public final class IdentityRecords {
    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public IdentityRecords(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * Every identity the cluster had.
     *
     * @return oldest first; empty if the cluster is not known here
     */
    public List<ServerIdentity> all() {
        List<ServerIdentity> identities = new ArrayList<>();
        int count = repository.list(layout.identities()).objects().size();
        for (int number = 1; number <= count; number++) {
            identities.add(repository.require(layout.identity(number), HeaderKind.IDENTITY, IdentityRecords::parse));
        }
        return identities;
    }

    /**
     * Claims the cluster directory for a server.
     *
     * @param server its identity
     * @return true if this call claimed it, false if it was claimed for the same server already
     * @throws RepositoryException with {@link ErrorCode#WRONG_CLUSTER} if it belongs to another server
     */
    public boolean claim(ServerIdentity server) {
        boolean made =
                all().isEmpty() && repository.createRecord(layout.identity(1), HeaderKind.IDENTITY, toBytes(server));
        requireCurrent(server);
        return made;
    }

    /**
     * Fails unless the newest identity is that of a server.
     *
     * @param server its identity
     * @throws RepositoryException with {@link ErrorCode#REPOSITORY_MISSING} or {@link ErrorCode#WRONG_CLUSTER}
     */
    public void requireCurrent(ServerIdentity server) {
        List<ServerIdentity> known = all();
        if (known.isEmpty()) {
            throw new RepositoryException(
                    ErrorCode.REPOSITORY_MISSING,
                    "repository " + repository.name() + " does not know the cluster " + layout.root(),
                    "make it known with initialize");
        }
        ServerIdentity current = known.get(known.size() - 1);
        if (!current.equals(server)) {
            throw new RepositoryException(
                    ErrorCode.WRONG_CLUSTER,
                    "cluster " + layout.root() + " in repository " + repository.name() + " belongs to "
                            + describe(current) + ", the server is " + describe(server),
                    "give every cluster a name of its own; after pg_upgrade call upgradeCluster");
        }
    }

    /**
     * Fails unless the cluster is or was a server.
     *
     * @param server its identity
     * @throws RepositoryException with {@link ErrorCode#REPOSITORY_MISSING} or {@link ErrorCode#WRONG_CLUSTER}
     */
    public void requireKnown(ServerIdentity server) {
        if (!all().contains(server)) {
            requireCurrent(server);
        }
    }

    /**
     * Begins a new identity of a cluster that is known. Sets taken before stay as they are, and nothing new is built upon them.
     *
     * @param server what the cluster is from now on
     * @param newest the newest label present, of whatever kind: it belongs to what was before
     * @return number of the new identity
     * @throws RepositoryException with {@link ErrorCode#WRONG_CLUSTER} if somebody else began one at the same time
     */
    public int begin(ServerIdentity server, Optional<BackupLabel> newest) {
        int number = all().size() + 1;
        JsonRecord record = write(server);
        newest.ifPresent(label -> record.put("after", label.toString()));
        if (!repository.createRecord(layout.identity(number), HeaderKind.IDENTITY, record.toBytes())) {
            throw new RepositoryException(
                    ErrorCode.WRONG_CLUSTER,
                    "somebody else began identity " + number + " of cluster " + layout.root() + " in repository "
                            + repository.name(),
                    "look with info which one it is");
        }
        return number;
    }

    /**
     * Whether a set was taken since the newest identity began. Only such a set may be built upon.
     *
     * @return tells by the label
     */
    public Predicate<BackupLabel> ofCurrent() {
        Optional<BackupLabel> after = after(all().size());
        return label -> isLater(label, after);
    }

    /**
     * The identity that a set was taken of.
     *
     * @param taken its label; of a copy that of its origin
     * @return number of the identity, from 1
     */
    public int numberOf(BackupLabel taken) {
        for (int number = all().size(); number > 1; number--) {
            if (isLater(taken, after(number))) {
                return number;
            }
        }
        return 1;
    }

    private static boolean isLater(BackupLabel label, Optional<BackupLabel> after) {
        return after.isEmpty() || label.compareTo(after.get()) > 0;
    }

    /** The newest label that was there when an identity began. */
    private Optional<BackupLabel> after(int number) {
        return number == 0
                ? Optional.empty()
                : repository.require(
                        layout.identity(number),
                        HeaderKind.IDENTITY,
                        bytes -> JsonRecord.parse(bytes).optionalText("after").map(BackupLabel::parse));
    }

    /**
     * Fails if another cluster of the repository is a server.
     *
     * @param server its identity
     * @throws RepositoryException with {@link ErrorCode#WRONG_CLUSTER}
     */
    public void requireNoOther(ServerIdentity server) {
        for (ObjectPrefix other : repository.list(ObjectPrefix.root()).prefixes()) {
            boolean itself = other.equals(layout.root());
            List<ServerIdentity> known =
                    itself ? List.of() : new IdentityRecords(repository, new ClusterLayout(other)).all();
            if (known.stream().anyMatch(identity -> identity.systemIdentifier() == server.systemIdentifier())) {
                throw new RepositoryException(
                        ErrorCode.WRONG_CLUSTER,
                        "the server, " + describe(server) + ", is backed up as cluster " + other + " in repository "
                                + repository.name(),
                        "call it by that name; or give the data directory and connection of the cluster "
                                + layout.root());
            }
        }
    }

    /**
     * Says what a server is.
     *
     * @param identity of a server
     * @return for messages
     */
    public static String describe(ServerIdentity identity) {
        return "system " + Long.toUnsignedString(identity.systemIdentifier()) + " of PostgreSQL "
                + identity.majorVersion() + " (pages of " + identity.pageSize() + ", WAL segments of "
                + identity.segmentSize() + " bytes)";
    }

    private static byte[] toBytes(ServerIdentity identity) {
        return write(identity).toBytes();
    }

    /**
     * An identity as JSON.
     *
     * @param identity of a server
     * @return an object
     */
    public static JsonRecord write(ServerIdentity identity) {
        return new JsonRecord()
                .put("systemIdentifier", Long.toUnsignedString(identity.systemIdentifier()))
                .put("majorVersion", identity.majorVersion())
                .put("pageSize", identity.pageSize())
                .put("segmentSize", identity.segmentSize());
    }

    private static ServerIdentity parse(byte[] bytes) {
        return read(JsonRecord.parse(bytes));
    }

    public static ServerIdentity read(JsonRecord record) {
        return new ServerIdentity(
                Long.parseUnsignedLong(record.text("systemIdentifier")),
                record.count("majorVersion"),
                record.count("pageSize"),
                record.count("segmentSize"));
    }
}
