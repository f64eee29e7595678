package io.pgbackup.core.repository.lease;

import io.pgbackup.core.repository.lease.Leases.Lease;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * What this process saw of the newest leases, and since when. Whether a holder is dead is judged by this alone: by the watcher's own monotonic clock, so that
 * clocks which differ mean nothing. Safe for use by many threads.
 */
public final class LeaseWatch {
    private record Sight(Lease newest, long since) {}

    private final LongSupplier ticker;
    private final LeaseTerms terms;
    private final ConcurrentMap<String, Sight> sights = new ConcurrentHashMap<>();

    /**
     * Has seen nothing yet.
     *
     * @param ticker monotonic nanoseconds
     * @param terms when a lease counts as abandoned
     */
    public LeaseWatch(LongSupplier ticker, LeaseTerms terms) {
        this.ticker = ticker;
        this.terms = terms;
    }

    /**
     * A watch that begins now.
     *
     * @return by the clock of the system
     */
    public static LeaseWatch fresh() {
        return new LeaseWatch(System::nanoTime, LeaseTerms.STANDARD);
    }

    /**
     * When a lease counts as abandoned.
     *
     * @return the terms
     */
    public LeaseTerms terms() {
        return terms;
    }

    /**
     * The monotonic clock.
     *
     * @return nanoseconds
     */
    public long nanoTime() {
        return ticker.getAsLong();
    }

    /**
     * Notes what is the newest lease, and says for how long it has been so under the eyes of this process.
     *
     * @param place repository and cluster
     * @param newest the lease with the highest number
     * @return zero when it is seen for the first time
     */
    public Duration silence(String place, Lease newest) {
        Sight sight = sights.compute(
                place,
                (key, before) ->
                        before != null && before.newest().equals(newest) ? before : new Sight(newest, nanoTime()));
        return Duration.ofNanos(nanoTime() - sight.since());
    }
}
