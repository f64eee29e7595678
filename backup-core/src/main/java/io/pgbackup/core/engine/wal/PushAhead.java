package io.pgbackup.core.engine.wal;

import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.InternalException;
import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * Pushes the file that the archiver asks for, and at the same time those that it will ask for next: the server names one after the other, but says in
 * {@code pg_wal/archive_status} which ones are ready. Success is told only for a file that is durable. Safe for use by many threads.
 */
final class PushAhead {
    private static final int AHEAD = 8;
    private static final int MOST_REMEMBERED = 1000;
    private static final String READY = ".ready";

    private final WalVerbs verbs;
    private final Optional<Path> dataDirectory;
    private final Executor executor;
    private final Map<String, CompletableFuture<Void>> pushes = new ConcurrentHashMap<>();

    PushAhead(WalVerbs verbs, Optional<Path> dataDirectory, Executor executor) {
        this.verbs = verbs;
        this.dataDirectory = dataDirectory;
        this.executor = executor;
    }

    /** Returns when the file is durable as the policy demands. */
    void push(String name) {
        Path wal = dataDirectory
                .orElseThrow(() -> new ConfigurationException(
                        ErrorCode.INVALID_REQUEST,
                        "the cluster was described without a server",
                        "name its data directory with at()"))
                .resolve("pg_wal");
        CompletableFuture<Void> push = begin(name, () -> verbs.push(wal.resolve(name)));
        if (WalFileName.tryParse(name).isPresent()) {
            ready(wal).forEach(next -> begin(next, () -> verbs.pushKeeping(wal.resolve(next))));
        }
        try {
            push.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof PgBackupException known
                    ? known
                    : new InternalException(
                            ErrorCode.INTERNAL, "unexpected failure: " + e.getCause(), "report this", e);
        } finally {
            pushes.remove(name, push);
        }
    }

    /** Only what is asked for may be given up; what is pushed ahead has time. */
    private CompletableFuture<Void> begin(String name, Runnable push) {
        return pushes.compute(
                name,
                (key, begun) -> begun == null || begun.isCompletedExceptionally()
                        ? CompletableFuture.runAsync(push, executor)
                        : begun);
    }

    private List<String> ready(Path wal) {
        if (pushes.size() > MOST_REMEMBERED) {
            // Of files that were pushed ahead and never asked for.
            pushes.values().removeIf(CompletableFuture::isDone);
        }
        try (Stream<Path> status = Files.list(wal.resolve("archive_status"))) {
            return status.map(file -> String.valueOf(file.getFileName()))
                    .filter(file -> file.endsWith(READY))
                    .map(file -> file.substring(0, file.length() - READY.length()))
                    .filter(file -> WalFileName.tryParse(file).isPresent())
                    .sorted()
                    .limit(AHEAD)
                    .toList();
        } catch (IOException e) {
            // Nothing is pushed ahead; the archiver will ask.
            return List.of();
        }
    }
}
