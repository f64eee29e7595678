package io.pgbackup.core.repository.lease;

import java.time.Duration;

/**
 * How long a silent lease holds others back, and how often its holder speaks. Immutable.
 *
 * @param term how long a taker must itself have seen no newer lease before it takes over
 * @param renewal least time between two leases of one holder; less than half of the term, so that one may be late
 */
public record LeaseTerms(Duration term, Duration renewal) {
    /** The terms of every engine; tests have shorter ones. */
    public static final LeaseTerms STANDARD = new LeaseTerms(Duration.ofMinutes(15), Duration.ofMinutes(5));

    /** Checks that a holder can be heard in time. */
    public LeaseTerms {
        if (renewal.isNegative() || renewal.isZero() || renewal.multipliedBy(2).compareTo(term) >= 0) {
            throw new IllegalArgumentException("renewals " + renewal + " apart are too rare for a term of " + term);
        }
    }
}
