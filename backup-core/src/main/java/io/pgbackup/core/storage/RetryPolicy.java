package io.pgbackup.core.storage;

import io.pgbackup.storage.StorageException;
import java.time.Duration;
import java.util.Optional;

/**
 * How often and how long a failed request to a store is repeated. Delays double from the base to the maximum; each is then shortened by a
 * random part so that many workers do not come back together. A time to wait that the store asked for is honoured if it is longer.
 *
 * @param attempts how many times a request is sent at most, the first included; at least 1
 * @param elapsedBound no attempt begins later than this after the first one began
 * @param baseDelay wait after the first failure, before jitter
 * @param maximumDelay longest wait of our own choice, before jitter; the store may ask for more
 * @param jitter largest part of a delay that chance may take away, from 0 to 1
 */
public record RetryPolicy(
        int attempts, Duration elapsedBound, Duration baseDelay, Duration maximumDelay, double jitter) {
    private static final RetryPolicy STANDARD =
            new RetryPolicy(10, Duration.ofMinutes(5), Duration.ofMillis(200), Duration.ofSeconds(30), 0.5);
    private static final int LARGEST_EXPONENT = 30;

    /** Checks every number and names the one that is out of range. */
    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts is " + attempts + ", at least 1 is needed");
        }
        requireNotNegative("elapsedBound", elapsedBound);
        requireNotNegative("baseDelay", baseDelay);
        if (maximumDelay.compareTo(baseDelay) < 0) {
            throw new IllegalArgumentException(
                    "maximumDelay " + maximumDelay + " is shorter than baseDelay " + baseDelay);
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("jitter is " + jitter + ", it must lie between 0 and 1");
        }
    }

    private static void requireNotNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + " is " + value + ", it cannot be negative");
        }
    }

    /**
     * The policy for repositories: ten attempts within five minutes, waits from 0.2 to 30 seconds.
     *
     * @return the policy
     */
    public static RetryPolicy standard() {
        return STANDARD;
    }

    /**
     * Every request is sent once.
     *
     * @return the policy
     */
    public static RetryPolicy none() {
        return STANDARD.withAttempts(1);
    }

    /**
     * The same with another number of attempts.
     *
     * @param wanted how many times a request is sent at most
     * @return a new policy
     */
    public RetryPolicy withAttempts(int wanted) {
        return new RetryPolicy(wanted, elapsedBound, baseDelay, maximumDelay, jitter);
    }

    /**
     * The same with another bound of time.
     *
     * @param wanted no attempt begins later than this
     * @return a new policy
     */
    public RetryPolicy withElapsedBound(Duration wanted) {
        return new RetryPolicy(attempts, wanted, baseDelay, maximumDelay, jitter);
    }

    /**
     * The same with other delays.
     *
     * @param base wait after the first failure
     * @param maximum longest wait
     * @return a new policy
     */
    public RetryPolicy withDelays(Duration base, Duration maximum) {
        return new RetryPolicy(attempts, elapsedBound, base, maximum, jitter);
    }

    /**
     * The same with another share of chance.
     *
     * @param wanted from 0 (none) to 1 (delays down to nothing)
     * @return a new policy
     */
    public RetryPolicy withJitter(double wanted) {
        return new RetryPolicy(attempts, elapsedBound, baseDelay, maximumDelay, wanted);
    }

    /**
     * What to do after a failure.
     *
     * @param failures how many attempts have failed so far, at least 1
     * @param elapsed since the first attempt began
     * @param failure the newest failure; may name a time to wait
     * @param chance from 0 (inclusive) to 1
     * @return how long to wait before the next attempt; empty if there should be none
     */
    public Optional<Duration> delayAfter(int failures, Duration elapsed, StorageException failure, double chance) {
        if (failures >= attempts) {
            return Optional.empty();
        }
        Duration delay = ownDelay(failures, chance);
        Duration asked = failure.retryAfter().orElse(Duration.ZERO);
        Duration wait = asked.compareTo(delay) > 0 ? asked : delay;
        // Compared by subtraction: a store may ask for a time whose sum with the elapsed one does not fit.
        boolean inTime = wait.compareTo(elapsedBound.minus(elapsed)) <= 0;
        return inTime ? Optional.of(wait) : Optional.empty();
    }

    private Duration ownDelay(int failures, double chance) {
        long factor = 1L << Math.min(failures - 1, LARGEST_EXPONENT);
        // Division first: a long base delay times the factor might not fit.
        Duration doubled = baseDelay.compareTo(maximumDelay.dividedBy(factor)) >= 0
                ? maximumDelay
                : baseDelay.multipliedBy(factor);
        return Duration.ofNanos((long) (doubled.toNanos() * (1 - jitter * chance)));
    }
}
