package io.pgbackup.core.engine.wal;

import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.archive.WalFiles;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/** The archives of one cluster in one open repository: one for each identity that the cluster had. Safe for use by many threads. */
public final class Archives {
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Map<Integer, WalArchive> archives = new ConcurrentHashMap<>();
    private volatile List<ServerIdentity> identities;

    /**
     * Reads the identities.
     *
     * @param repository stays the caller's
     * @param layout of the cluster
     */
    public Archives(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
        this.identities = new IdentityRecords(repository, layout).all();
    }

    /**
     * The repository.
     *
     * @return open as long as its owner wants
     */
    public OpenRepository repository() {
        return repository;
    }

    /**
     * The layout of the cluster.
     *
     * @return names of its objects
     */
    public ClusterLayout layout() {
        return layout;
    }

    /**
     * The number of the newest identity.
     *
     * @return from 1
     * @throws RepositoryException with {@link ErrorCode#REPOSITORY_MISSING} if the cluster is not known
     */
    public int current() {
        return known().size();
    }

    /** Whether the cluster is known, so that there may be an archive. */
    boolean hasIdentity() {
        return !identities.isEmpty();
    }

    private List<ServerIdentity> known() {
        List<ServerIdentity> now = identities;
        if (now.isEmpty()) {
            throw new RepositoryException(
                    ErrorCode.REPOSITORY_MISSING,
                    "repository " + repository.name() + " does not know the cluster " + layout.root(),
                    "make it known with initialize");
        }
        return now;
    }

    /**
     * The archive of an identity.
     *
     * @param number from 1
     * @return its archive
     * @throws RepositoryException with {@link ErrorCode#WRONG_CLUSTER} if there is no such identity
     */
    public WalArchive of(int number) {
        requireKnown(number);
        return archives.computeIfAbsent(number, some -> new WalArchive(repository, ArchiveLayout.of(layout, some)));
    }

    /**
     * What the server of an identity is.
     *
     * @param number from 1
     * @return system, version and sizes
     */
    public ServerIdentity identity(int number) {
        requireKnown(number);
        return known().get(number - 1);
    }

    private void requireKnown(int number) {
        if (number < 1 || number > known().size()) {
            throw new RepositoryException(
                    ErrorCode.WRONG_CLUSTER,
                    "cluster " + layout.root() + " has no identity " + number + " in repository " + repository.name(),
                    "info lists the identities");
        }
    }

    /** The archive that a file belongs to; without a header, that of the current identity. */
    WalArchive fitting(Optional<SegmentHeader> header) {
        return header.map(this::fitting).orElseGet(() -> of(current()));
    }

    private WalArchive fitting(SegmentHeader header) {
        OptionalInt number = WalFiles.identity(header, known());
        if (number.isEmpty()) {
            // The cluster may have been upgraded since the repository was opened.
            identities = new IdentityRecords(repository, layout).all();
            number = WalFiles.identity(header, known());
        }
        return of(number.orElseThrow(() -> stranger(header)));
    }

    private RepositoryException stranger(SegmentHeader header) {
        return new RepositoryException(
                ErrorCode.WRONG_CLUSTER,
                "the WAL file is of system " + Long.toUnsignedString(header.systemIdentifier()) + " of PostgreSQL "
                        + header.majorVersion() + " with segments of "
                        + header.segmentSize().bytes() + " bytes; cluster " + layout.root() + " in repository "
                        + repository.name() + " is " + IdentityRecords.describe(identity(current())),
                "give every cluster a name of its own; after pg_upgrade call upgradeCluster");
    }
}
