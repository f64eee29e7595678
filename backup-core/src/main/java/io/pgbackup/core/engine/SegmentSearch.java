package io.pgbackup.core.engine;

import io.pgbackup.Repository;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Looks for a file of the log in repositories until it has come, for a minute at most. For one call. */
final class SegmentSearch {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Operation operation;
    private final Repositories repositories;
    private final ClusterLayout layout;

    SegmentSearch(Operation operation, Repositories repositories, ClusterLayout layout) {
        this.operation = operation;
        this.repositories = repositories;
        this.layout = layout;
    }

    /**
     * What came of it.
     *
     * @param name that was looked for
     * @param repository where
     * @param arrived whether it came
     * @param took since the search began
     */
    record Sight(WalFileName name, Repository repository, boolean arrived, Duration took) {
        String describe() {
            return name + (arrived ? " arrived within " : " did not arrive within ") + took.toSeconds() + " s";
        }
    }

    /** In each of the repositories. Once it is hopeless it waits for none of them, unless one of them got it: then the others may follow. */
    List<Sight> find(WalFileName name, List<Repository> expected, BooleanSupplier hopeless) {
        List<Sight> sights = new ArrayList<>();
        Duration since = operation.cancellation().elapsed();
        for (Repository repository : expected) {
            try (OpenRepository open = repositories.open(repository)) {
                int identity = new IdentityRecords(open, layout).all().size();
                WalArchive archive = new WalArchive(open, ArchiveLayout.of(layout, identity));
                boolean comes = sights.stream().anyMatch(Sight::arrived);
                boolean arrived = arrives(archive, name, since, comes ? () -> false : hopeless);
                sights.add(new Sight(name, repository, arrived, elapsed(since)));
            }
        }
        return sights;
    }

    private boolean arrives(WalArchive archive, WalFileName name, Duration since, BooleanSupplier hopeless) {
        boolean last = false;
        while (!archive.holds(name)) {
            if (last || elapsed(since).compareTo(PATIENCE) > 0) {
                return false;
            }
            // It may have come since it was looked for.
            last = hopeless.getAsBoolean();
            operation.heartbeat();
            operation.cancellation().pause(PAUSE);
        }
        return true;
    }

    private Duration elapsed(Duration since) {
        return operation.cancellation().elapsed().minus(since);
    }
}
