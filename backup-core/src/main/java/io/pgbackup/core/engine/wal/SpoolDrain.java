package io.pgbackup.core.engine.wal;

import io.pgbackup.core.engine.OperationStarter;
import io.pgbackup.core.engine.wal.WalSpool.Waiting;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.event.OperationKind;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what waits in the spool to the repositories, some files at once, and removes each only when the policy is fulfilled and everything before it is gone. What cannot be
 * brought stays and stops what follows: a spool that fills up makes the server wait. Runs until it is closed, by any thread.
 */
final class SpoolDrain implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolDrain.class);
    private static final int AT_ONCE = 8;
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

    private final WalSpool spool;
    private final WalVerbs verbs;
    private final OperationStarter starter;
    private final CountDownLatch ended = new CountDownLatch(1);
    private Optional<String> told = Optional.empty();

    private SpoolDrain(WalSpool spool, WalVerbs verbs, OperationStarter starter) {
        this.spool = spool;
        this.verbs = verbs;
        this.starter = starter;
    }

    static SpoolDrain begin(WalSpool spool, WalVerbs verbs, OperationStarter starter) {
        SpoolDrain drain = new SpoolDrain(spool, verbs, starter);
        verbs.executor().execute(drain::run);
        return drain;
    }

    private void run() {
        spool.tidy(Instant.now());
        try {
            Duration pause = Duration.ZERO;
            while (!ended.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = drained() ? PAUSE : PAUSE_AFTER_FAILURE;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** False if something went wrong. */
    private boolean drained() {
        try {
            List<Waiting> waiting = spool.waiting();
            tell(SpoolState.of(spool, waiting, Instant.now()).excess());
            for (int at = 0; at < waiting.size() && ended.getCount() > 0; at += AT_ONCE) {
                bring(waiting.subList(at, Math.min(waiting.size(), at + AT_ONCE)));
            }
            return true;
        } catch (RejectedExecutionException e) {
            // The engine was closed before its service.
            ended.countDown();
            return false;
        } catch (RuntimeException e) {
            // Whatever it is: if nobody emptied the spool any more, nobody would be told either.
            LOG.warn("the spool {} is not emptied: {}", spool.policy().directory(), e.getMessage());
            return false;
        }
    }

    /** What is too much is told when it begins to be, and when it no longer is. */
    private void tell(Optional<String> excess) {
        Optional<String> news =
                excess.isPresent() ? excess.filter(now -> told.isEmpty()) : told.map(before -> "it is emptied again");
        told = excess;
        news.ifPresent(message -> starter.run(OperationKind.WAL_WATCH, operation -> {
            operation.warn("spool " + spool.policy().directory(), message);
            return true;
        }));
    }

    private void bring(List<Waiting> some) {
        List<CompletableFuture<?>> pushes = new ArrayList<>();
        some.forEach(
                file -> pushes.add(CompletableFuture.runAsync(() -> verbs.pushKeeping(file.path()), verbs.executor())));
        Optional<PgBackupException> failure = Optional.empty();
        for (int at = 0; at < pushes.size(); at++) {
            Optional<PgBackupException> failed = join(pushes.get(at));
            failure = failure.or(() -> failed);
            if (failure.isEmpty()) {
                remove(some.get(at));
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    private static Optional<PgBackupException> join(CompletableFuture<?> push) {
        try {
            push.join();
            return Optional.empty();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PgBackupException known) {
                return Optional.of(known);
            }
            throw e;
        }
    }

    /** Should it stay, it is pushed again and found to be there. */
    private static void remove(Waiting file) {
        try {
            Files.deleteIfExists(file.path());
        } catch (IOException e) {
            LOG.warn("{} is archived and cannot be removed: {}", file.path(), e.getMessage());
        }
    }

    /** What has begun still ends; nothing new begins. Idempotent. */
    @Override
    public void close() {
        ended.countDown();
    }
}
