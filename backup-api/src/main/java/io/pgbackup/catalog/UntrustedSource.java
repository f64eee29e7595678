package io.pgbackup.catalog;

import io.pgbackup.SecretSource;
import java.time.Duration;
import java.util.Objects;

/**
 * How an expire goes about when whoever writes the backups may have fallen into wrong hands, and can create objects but not overwrite or delete them: it
 * is to run elsewhere, with credentials of its own that may delete.
 *
 * <p>Then only backups count that were {@linkplain VerifyRequest#attestedBy verified by content} with the same attestation key, which the source must never
 * have; others push no good one out, and stay as long as the oldest backup that is kept. What is an age is taken from the times at which the store says it received
 * a backup, never from labels or records. A plan that would remove anything younger than the minimum age is refused. What somebody else has marked as
 * expired is not deleted for that. Pins are honoured, but a source can take a pin away.
 *
 * @param attestation the key, at least 16 bytes; keep it away from the source
 * @param minimumAge longer than nothing: the time within which a break-in will be noticed
 */
public record UntrustedSource(SecretSource attestation, Duration minimumAge) {
    /** Checks the age. */
    public UntrustedSource {
        Objects.requireNonNull(attestation, "attestation");
        if (minimumAge.isNegative() || minimumAge.isZero()) {
            throw new IllegalArgumentException("a minimum age is longer than nothing, not " + minimumAge);
        }
    }
}
