package io.pgbackup.core.engine.restore.route;

import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.work.OrderedWork;

/** Brings the WAL of a route into {@code pg_wal} of the restored directory, over what the set had of it. For one thread. */
public final class WalBringing {
    private final TargetDirectory target;
    private final EntryAttributes model;

    /**
     * For one directory.
     *
     * @param target into which
     * @param model whose owner and mode the files get
     */
    public WalBringing(TargetDirectory target, EntryAttributes model) {
        this.target = target;
        this.model = model;
    }

    /**
     * Brings it.
     *
     * @param route what is brought
     * @param work does it in parallel
     */
    public void bring(WalRoute route, OrderedWork work) {
        route.archive().ifPresent(archive -> {
            for (WalFileName name : route.files()) {
                work.submit(() -> bring(archive, name), done -> {});
            }
            work.drain();
        });
    }

    private Boolean bring(WalArchive archive, WalFileName name) {
        target.write(
                "pg_wal/" + name,
                out -> {
                    if (!archive.copyTo(name, out)) {
                        // It was listed a moment ago.
                        throw archive.repository().missing(archive.layout().file(name));
                    }
                },
                model);
        return true;
    }
}
