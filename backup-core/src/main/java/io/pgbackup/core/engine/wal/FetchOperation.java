package io.pgbackup.core.engine.wal;

import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.error.RestoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Brings one file from the first repository that has it. Missing is only what every repository says to be missing: an error must never look like it, or
 * recovery ends early and the cluster begins a timeline without what came after. For one call.
 */
final class FetchOperation {
    private final Operation operation;
    private final List<WalLane> lanes;
    private final OptionalInt identity;

    /** Where content goes; made anew for each attempt. */
    interface Target {
        /**
         * Opens it, forgetting what an earlier attempt may have written.
         *
         * @return closed by the fetch
         */
        OutputStream open() throws IOException;
    }

    FetchOperation(Operation operation, List<WalLane> lanes, OptionalInt identity) {
        this.operation = operation;
        this.lanes = lanes;
        this.identity = identity;
    }

    /** Into a file, which appears when it is complete. */
    boolean run(WalFileName name, Path target) {
        return into(name, target, part -> run(name, () -> Files.newOutputStream(part)));
    }

    /** Fills a file that is not the target yet. */
    private interface Filling {
        boolean fill(Path part) throws IOException;
    }

    private static boolean into(WalFileName name, Path target, Filling filling) {
        Path part = target.resolveSibling(target.getFileName() + ".pgbackup-part");
        try {
            if (!filling.fill(part)) {
                return false;
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            throw unwritable(name, e);
        } finally {
            remove(part);
        }
    }

    private static RestoreException unwritable(WalFileName name, IOException cause) {
        return new RestoreException(
                ErrorCode.TARGET_UNWRITABLE,
                name + " cannot be written: " + cause.getMessage(),
                "look for space and permissions; the server asks again",
                cause);
    }

    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // The next fetch writes over it.
            return;
        }
    }

    /**
     * Like {@link #run(WalFileName, Path)}, and looks further for what no repository has. First in the spool. Then a segment that is not whole yet, or never will be, is given
     * as far as it was received, the rest of it zero: recovery ends there as at the end of every log. Files leave the spool, and parts go, when they have come into
     * a repository: so who finds neither looks once more.
     */
    boolean runWithRest(WalFileName name, Path target, Optional<WalSpool> spool) {
        return found(name, target, spool)
                || name.kind() == WalFileName.Kind.SEGMENT
                        && into(name, target, part -> new PartFetch(operation, lanes, identity).run(name, part))
                || run(name, target);
    }

    /** That a repository fails does not matter if the file waits here. */
    private boolean found(WalFileName name, Path target, Optional<WalSpool> spool) {
        try {
            return run(name, target) || isSpooled(name, target, spool);
        } catch (RepositoryException e) {
            if (isSpooled(name, target, spool)) {
                return true;
            }
            throw e;
        }
    }

    private static boolean isSpooled(WalFileName name, Path target, Optional<WalSpool> spool) {
        return spool.filter(waiting -> waiting.copyTo(name, target)).isPresent();
    }

    boolean run(WalFileName name, Target target) throws IOException {
        Optional<PgBackupException> failure = Optional.empty();
        for (WalLane lane : inOrder()) {
            operation.heartbeat();
            try {
                if (fetched(lane, name, target)) {
                    return true;
                }
            } catch (PgBackupException e) {
                operation.warn("repository " + lane.where().name(), name + " cannot be had there: " + e.getMessage());
                failure.ifPresent(e::addSuppressed);
                failure = Optional.of(e);
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        return false;
    }

    /** Those that failed a moment ago come last. */
    private List<WalLane> inOrder() {
        return lanes.stream()
                .sorted(java.util.Comparator.comparing(WalLane::resting))
                .toList();
    }

    private boolean fetched(WalLane lane, WalFileName name, Target target) throws IOException {
        IOException[] broken = new IOException[1];
        boolean found = lane.with(archives -> {
            int number = identity.orElseGet(archives::current);
            try (OutputStream out = target.open()) {
                return archives.of(number).copyTo(name, out);
            } catch (IOException e) {
                broken[0] = e;
                return false;
            }
        });
        if (broken[0] != null) {
            throw broken[0];
        }
        return found;
    }
}
