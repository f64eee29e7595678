package io.pgbackup.core.storage;

import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageUnavailableException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Repeats what failed because the store was unavailable, and nothing else. Safe for use by many threads. */
final class Retries {
    private static final Logger LOGGER = LoggerFactory.getLogger(Retries.class);

    private final RetryPolicy policy;
    private final RetryTiming timing;
    private final RetryListener listener;

    Retries(RetryPolicy policy, RetryTiming timing, RetryListener listener) {
        this.policy = Objects.requireNonNull(policy, "policy");
        this.timing = Objects.requireNonNull(timing, "timing");
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** A request that can be sent again. */
    @FunctionalInterface
    interface Request<T> {
        /** Sends it; {@code number} is 1 for the first attempt. */
        T send(int number) throws StorageException;
    }

    <T> T run(String operation, Request<T> request) throws StorageException {
        Attempts attempts = begin(operation);
        while (true) {
            try {
                return request.send(attempts.failures + 1);
            } catch (StorageUnavailableException e) {
                attempts.waitAfter(e);
            }
        }
    }

    Attempts begin(String operation) {
        return new Attempts(operation);
    }

    /** The attempts of one request. For use by one thread. */
    final class Attempts {
        private final String operation;
        private long began = timing.nanoTime().getAsLong();
        private int failures;

        private Attempts(String operation) {
            this.operation = operation;
        }

        /** Forgets earlier failures: what follows is a new request as far as the policy is concerned. */
        void startAgain() {
            failures = 0;
            began = timing.nanoTime().getAsLong();
        }

        /** Waits as the policy says; throws when there shall be no further attempt. */
        void waitAfter(StorageUnavailableException failure) throws StorageUnavailableException {
            failures++;
            Duration elapsed = Duration.ofNanos(timing.nanoTime().getAsLong() - began);
            // An interrupted thread was asked to stop: another attempt would only delay that.
            boolean interrupted = Thread.currentThread().isInterrupted();
            Optional<Duration> wait = interrupted
                    ? Optional.empty()
                    : policy.delayAfter(
                            failures, elapsed, failure, timing.random().getAsDouble());
            report(failure, elapsed, wait);
            if (wait.isEmpty()) {
                throw end(interrupted ? "interrupted" : "gave up", failure);
            }
            try {
                timing.sleeper().sleep(wait.get());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw end("interrupted", failure);
            }
        }

        private void report(StorageUnavailableException failure, Duration elapsed, Optional<Duration> wait) {
            try {
                listener.attemptFailed(new RetryListener.FailedAttempt(
                        operation, failures, elapsed, failure, wait.orElse(Duration.ZERO), wait.isEmpty()));
            } catch (RuntimeException e) {
                LOGGER.warn("A listener failed while it was told of a failed attempt to {}", operation, e);
            }
        }

        private StorageUnavailableException end(String how, StorageUnavailableException failure) {
            double seconds = (timing.nanoTime().getAsLong() - began) / 1e9;
            String message = String.format(
                    Locale.ROOT,
                    "cannot %s: %s after %d %s in %.1f s; the last failure was: %s",
                    operation,
                    how,
                    failures,
                    failures == 1 ? "attempt" : "attempts",
                    seconds,
                    failure.getMessage());
            return new StorageUnavailableException(
                    message, failure, failure.retryAfter().orElse(null));
        }
    }
}
