package io.pgbackup.core.engine;

import io.pgbackup.Cluster;
import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.session.ServerFacts;
import io.pgbackup.core.postgres.session.ServerSession;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Proves archiving: ends a segment of the log, and looks for it in every repository. For one call. */
final class ArchivingCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(200);

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
        try (ServerSession session = ServerSession.connect(Connections.settings(server.connection()))) {
            ServerFacts facts = session.facts();
            if (facts.operation().inRecovery()) {
                return List.of(new Item("archiving", true, "not proved: the server is a standby", ""));
            }
            List<Repository> archiving = reached.stream().filter(this::hasWal).toList();
            boolean off = facts.operation().archiving().archiveMode().equals("off");
            if (off && archiving.isEmpty()) {
                return List.of(new Item(
                        "archiving",
                        true,
                        "off: every backup can be restored to its own end, and to no point after it",
                        ""));
            }
            Optional<WalFileName> ended = end(session, facts);
            return ended.map(name -> seen(name, off ? archiving : reached))
                    .orElseGet(() -> List.of(new Item(
                            "archiving",
                            true,
                            "not proved: the role may not end a segment",
                            "GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() TO the role of the backup")));
        }
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

    private List<Item> seen(WalFileName name, List<Repository> expected) {
        List<Item> items = new ArrayList<>();
        Duration since = operation.cancellation().elapsed();
        for (Repository repository : expected) {
            String subject = "archiving to " + repository.name();
            try (OpenRepository open = repositories.open(repository)) {
                int identity = new IdentityRecords(open, layout).all().size();
                WalArchive archive = new WalArchive(open, ArchiveLayout.of(layout, identity));
                boolean arrived = arrives(archive, name, since);
                Duration took = operation.cancellation().elapsed().minus(since);
                items.add(new Item(
                        subject,
                        arrived,
                        name + (arrived ? " arrived within " : " did not arrive within ") + took.toSeconds() + " s",
                        arrived
                                ? ""
                                : "look into pg_stat_archiver and the server's log: is archive_command the one that pgbackup wrote,"
                                        + " and is the process up that serves it?"));
            }
        }
        return items;
    }

    private boolean arrives(WalArchive archive, WalFileName name, Duration since) {
        while (!archive.holds(name)) {
            if (operation.cancellation().elapsed().minus(since).compareTo(PATIENCE) > 0) {
                return false;
            }
            operation.heartbeat();
            operation.cancellation().pause(PAUSE);
        }
        return true;
    }
}
