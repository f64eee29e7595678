package io.pgbackup.core.engine.wal;

import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.InternalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Fetches the file that recovery asks for, and the segments after it into a spool of bounded length. What was fetched ahead is given out once and only
 * when it is asked for by name, so nobody who looks into {@code pg_wal} takes it for something that was replayed; that a file is missing is never
 * remembered. Safe for use by many threads.
 */
final class FetchAhead {
    private static final int AHEAD = 4;
    private static final int MOST_KEPT = 2 * AHEAD;

    private final WalVerbs verbs;
    private final Path spool;
    private final Executor executor;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Wanted, CompletableFuture<Optional<Path>>> ahead = new ConcurrentHashMap<>();

    private record Wanted(int identity, String name) {}

    FetchAhead(WalVerbs verbs, Path spool, Executor executor) {
        this.verbs = verbs;
        this.spool = spool;
        this.executor = executor;
    }

    /** A file that the caller removes; empty if no repository has it. Identity 0 is the current one. */
    Optional<Path> fetch(int identity, String name) {
        Wanted wanted = new Wanted(identity, name);
        CompletableFuture<Optional<Path>> begun = ahead.remove(wanted);
        Optional<Path> found = begun == null ? Optional.empty() : quietly(begun);
        if (found.isEmpty()) {
            found = bring(wanted, WalVerbs::fetch);
        }
        if (found.isPresent()) {
            following(wanted).forEach(this::begin);
            dropOld(wanted);
        }
        return found;
    }

    /** What was fetched ahead; if that went wrong it is asked for again, and then the failure is told. */
    private static Optional<Path> quietly(CompletableFuture<Optional<Path>> begun) {
        try {
            return begun.join();
        } catch (CompletionException e) {
            return Optional.empty();
        }
    }

    /** How a file is fetched. */
    private interface Way {
        boolean fetch(WalVerbs verbs, String name, Path target);
    }

    private Optional<Path> bring(Wanted wanted, Way way) {
        Path file = spool.resolve(wanted.name() + "-" + numbers.incrementAndGet());
        WalVerbs from = wanted.identity() == 0 ? verbs : verbs.ofIdentity(wanted.identity());
        boolean found = way.fetch(from, wanted.name(), file);
        return found ? Optional.of(file) : Optional.empty();
    }

    private void begin(Wanted wanted) {
        if (ahead.size() < MOST_KEPT) {
            ahead.computeIfAbsent(
                    wanted, key -> CompletableFuture.supplyAsync(() -> bring(key, WalVerbs::fetchWhole), executor));
        }
    }

    /** Within one 4 GiB of log names count up whatever the size of a segment; behind its border there are names that nothing has. */
    private static List<Wanted> following(Wanted wanted) {
        Optional<WalFileName> name =
                WalFileName.tryParse(wanted.name()).filter(file -> file.kind() == WalFileName.Kind.SEGMENT);
        return name.map(file -> Stream.iterate(file.position() + 1, position -> position + 1)
                        .limit(AHEAD)
                        .map(position -> new WalFileName(WalFileName.Kind.SEGMENT, file.timeline(), position, 0))
                        .map(next -> new Wanted(wanted.identity(), next.toString()))
                        .toList())
                .orElse(List.of());
    }

    /** What lies before the segment asked for, or on another timeline, is not wanted any more. */
    private void dropOld(Wanted asked) {
        List<Wanted> near = following(asked);
        Iterator<Map.Entry<Wanted, CompletableFuture<Optional<Path>>>> all =
                ahead.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Wanted, CompletableFuture<Optional<Path>>> entry = all.next();
            if (!near.contains(entry.getKey()) && entry.getValue().isDone()) {
                all.remove();
                quietly(entry.getValue()).ifPresent(FetchAhead::remove);
            }
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new InternalException(ErrorCode.INTERNAL, "a fetched file cannot be removed: " + e, "report this", e);
        }
    }
}
