package io.pgbackup.core.engine;

import io.pgbackup.Cluster;
import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.engine.wal.ArchiveWay;
import io.pgbackup.core.postgres.session.ArchiverState;
import io.pgbackup.core.postgres.session.ServerFacts;
import io.pgbackup.core.postgres.session.ServerSession;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * Proves archiving: ends a segment of the log, and looks for it in every repository. A standby cannot end one: there the last file that it archived is looked
 * for. For one call.
 */
final class ArchivingCheck {
    private final Operation operation;
    private final Repositories repositories;
    private final ClusterLayout layout;
    private final List<Repository> reached;

    /**
     * A check.
     *
     * @param operation that it is part of
     * @param repositories opens them
     * @param layout of the cluster
     * @param reached those that answered: for the others nobody needs to wait
     */
    ArchivingCheck(Operation operation, Repositories repositories, ClusterLayout layout, List<Repository> reached) {
        this.reached = List.copyOf(reached);
        this.operation = operation;
        this.repositories = repositories;
        this.layout = layout;
    }

    List<Item> run(Cluster.Server server) {
        if (reached.isEmpty()) {
            return List.of(new Item("archiving", true, "not proved: no repository could be looked at", ""));
        }
        try (ServerSession session = ServerSession.connect(Connections.settings(server.connection()))) {
            ServerFacts facts = session.facts();
            ArchiverState before = session.archiver();
            ArchiveWay way = ArchiveWay.of(before, server.dataDirectory());
            ArchivingVerdict verdict = new ArchivingVerdict(
                    way, reached.stream().filter(this::hasWal).toList());
            SegmentSearch search = new SegmentSearch(operation, repositories, layout);
            if (facts.operation().inRecovery()) {
                return way.archivesInRecovery(before.mode())
                        ? verdict.ofArchivingStandby(archivedBy(before, search, verdict), before)
                        : ArchivingVerdict.ofStandby();
            }
            if (verdict.expected(reached).isEmpty()) {
                return verdict.withoutWal();
            }
            Optional<WalFileName> ended = end(session, facts);
            return ended.map(name -> verdict.ofPrimary(
                            search.find(name, verdict.expected(reached), new Elsewhere(way, name, before, session)),
                            session.archiver()))
                    .orElseGet(verdict::notProved);
        }
    }

    private List<SegmentSearch.Sight> archivedBy(
            ArchiverState standby, SegmentSearch search, ArchivingVerdict verdict) {
        return WalFileName.tryParse(standby.lastArchived())
                .map(name -> search.find(name, verdict.expectedOfStandby(reached), verdict.way()::foreign))
                .orElse(List.of());
    }

    private boolean hasWal(Repository repository) {
        try (OpenRepository open = repositories.open(repository)) {
            return !open.list(ArchiveLayout.all(layout)).prefixes().isEmpty();
        }
    }

    private static Optional<WalFileName> end(ServerSession session, ServerFacts facts) {
        WalSegmentSize size = facts.layout().walSegmentSize();
        try {
            return Optional.of(WalFileName.segment(
                    facts.operation().timeline(), size.segmentBefore(session.switchSegment()), size));
        } catch (ClusterException e) {
            if (e.code() == ErrorCode.MISSING_PRIVILEGE) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
