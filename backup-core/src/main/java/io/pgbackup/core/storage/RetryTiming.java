package io.pgbackup.core.storage;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Where the retry layer gets time, waiting and chance from. Time is monotonic: a corrected wall clock neither ends nor prolongs retries.
 *
 * @param nanoTime nanoseconds since an arbitrary origin, never going back
 * @param sleeper waits
 * @param random numbers from 0 (inclusive) to 1
 */
public record RetryTiming(LongSupplier nanoTime, Sleeper sleeper, DoubleSupplier random) {
    /** Lets the current thread wait. */
    @FunctionalInterface
    public interface Sleeper {
        /**
         * Waits.
         *
         * @param duration how long
         * @throws InterruptedException if the thread is interrupted before or while it waits
         */
        void sleep(Duration duration) throws InterruptedException;
    }

    /**
     * The real ones.
     *
     * @return timing for use outside of tests
     */
    public static RetryTiming system() {
        return new RetryTiming(
                System::nanoTime,
                duration -> TimeUnit.NANOSECONDS.sleep(duration.toNanos()),
                () -> ThreadLocalRandom.current().nextDouble());
    }
}
