package io.pgbackup.core.engine.wal;

import io.pgbackup.core.engine.wal.WalSpool.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How much waits in a spool, and for how long. Immutable.
 *
 * @param files how many wait
 * @param bytes of them
 * @param limit how many may wait
 * @param age of the oldest; zero if none waits
 */
record SpoolState(int files, long bytes, long limit, Duration age) {
    /** Beyond this something is wrong: a spool is emptied in seconds. */
    private static final Duration LONGEST_AGE = Duration.ofMinutes(5);

    static SpoolState of(WalSpool spool, List<Waiting> waiting, Instant now) {
        Duration age = waiting.stream()
                .map(Waiting::since)
                .min(Comparator.naturalOrder())
                .map(oldest -> Duration.between(oldest, now))
                .filter(time -> !time.isNegative())
                .orElse(Duration.ZERO);
        return new SpoolState(
                waiting.size(),
                waiting.stream().mapToLong(Waiting::bytes).sum(),
                spool.policy().bytes(),
                age);
    }

    /** What is too much of it: WAL on a local disk is not safe, and a full spool stops archiving. */
    Optional<String> excess() {
        return age.compareTo(LONGEST_AGE) > 0 || bytes > limit / 2
                ? Optional.of(describe() + ": no repository has them")
                : Optional.empty();
    }

    String describe() {
        return files + " files with " + bytes + " bytes of at most " + limit + " wait, the oldest for "
                + age.toSeconds() + " s";
    }
}
