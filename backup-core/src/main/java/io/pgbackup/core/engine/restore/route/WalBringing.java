package io.pgbackup.core.engine.restore.route;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchivedParts;
import io.pgbackup.core.archive.LogSource;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.work.OrderedWork;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** Brings the WAL of a route into {@code pg_wal} of the restored directory, over what the set had of it. For one thread. */
public final class WalBringing {
    private static final int PAGE = 8192;
    private static final int ATTEMPTS = 5;

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
        route.source().ifPresent(source -> {
            for (WalFileName name : route.files()) {
                Optional<WalRoute.Part> part =
                        route.part().filter(begin -> begin.segment().equals(name));
                work.submit(() -> bring(source, name, part), done -> {});
            }
            work.drain();
        });
    }

    private Boolean bring(LogSource source, WalFileName name, Optional<WalRoute.Part> part) {
        target.write(
                "pg_wal/" + name,
                out -> {
                    // Parts go when the whole has come: who does not find one looks once more.
                    boolean found = source.copyTo(name, out)
                            || part.isPresent() && isFilled(source.archive(), part.get(), out)
                            || source.copyTo(name, out);
                    if (!found) {
                        // It was listed a moment ago.
                        throw source.missing(name);
                    }
                },
                model);
        return true;
    }

    /** The latest there is now: while somebody receives, each part makes the one before worthless. The rest is zero: recovery ends there as at the end of every log. */
    private static boolean isFilled(WalArchive archive, WalRoute.Part part, OutputStream out) throws IOException {
        ArchivedParts parts = new ArchivedParts(archive);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Lsn> end = parts.latest(part.segment());
            if (end.isPresent() && parts.copyTo(part.segment(), end.get(), out)) {
                fill(
                        out,
                        part.segment().start(part.size()).value()
                                + part.size().bytes()
                                - end.get().value());
                return true;
            }
        }
        return false;
    }

    private static void fill(OutputStream out, long length) throws IOException {
        byte[] zeros = new byte[PAGE];
        for (long left = length; left > 0; left -= zeros.length) {
            out.write(zeros, 0, (int) Math.min(left, zeros.length));
        }
    }
}
