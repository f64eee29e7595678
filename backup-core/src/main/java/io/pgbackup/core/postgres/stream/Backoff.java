package io.pgbackup.core.postgres.stream;

import java.time.Duration;

/** Growing pauses between tries. For one thread. */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(15);

    private Duration next = FIRST;

    /** The pause that is due now; the next one is twice as long. */
    Duration pause() {
        Duration now = next;
        Duration twice = now.multipliedBy(2);
        next = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
        return now;
    }

    /** Something has worked. */
    void reset() {
        next = FIRST;
    }
}
