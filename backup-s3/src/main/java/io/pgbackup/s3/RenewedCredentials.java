package io.pgbackup.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.services.sts.model.Credentials;

/**
 * Keeps credentials that expire, and renews them when less than a third of their life, or less than five minutes, is left. A failed renewal is logged and tried
 * again a little later while the old ones live; after that it fails. One thread renews, the others go on with the old ones as long as they live. Safe for use
 * by many threads.
 */
final class RenewedCredentials {
    private static final Logger LOG = LoggerFactory.getLogger(RenewedCredentials.class);
    private static final Duration LONGEST_MARGIN = Duration.ofMinutes(5);
    private static final int MARGIN_PART = 3;
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);
    /** A request that is sent now must arrive before they expire. */
    private static final Duration LAST_USE = Duration.ofSeconds(2);

    private final Supplier<Credentials> exchange;
    private final InstantSource clock;
    private final Lock renewing = new ReentrantLock();
    private volatile @Nullable Held held;

    RenewedCredentials(Supplier<Credentials> exchange, InstantSource clock) {
        this.exchange = exchange;
        this.clock = clock;
    }

    private record Held(AwsCredentials credentials, Instant renewFrom, Instant usableUntil) {}

    AwsCredentials resolveCredentials() {
        Held current = held;
        Instant now = clock.instant();
        if (current != null && now.isBefore(current.renewFrom)) {
            return current.credentials;
        }
        if (current != null && now.isBefore(current.usableUntil)) {
            return renewing.tryLock() ? renewHoldingLock(current) : current.credentials;
        }
        renewing.lock();
        return renewHoldingLock(current);
    }

    /** {@code seen} is what the caller found too old; whoever held the lock before may have renewed it. */
    private AwsCredentials renewHoldingLock(@Nullable Held seen) {
        try {
            Held current = held;
            if (current != null && current != seen && clock.instant().isBefore(current.usableUntil)) {
                return current.credentials;
            }
            Held fresh = hold(exchange.get());
            held = fresh;
            LOG.debug("credentials of a role were renewed; they expire after {}", fresh.usableUntil);
            return fresh.credentials;
        } catch (RuntimeException e) {
            return oldOnes(e);
        } finally {
            renewing.unlock();
        }
    }

    private AwsCredentials oldOnes(RuntimeException failure) {
        Held current = held;
        Instant now = clock.instant();
        if (current == null || !now.isBefore(current.usableUntil)) {
            throw failure;
        }
        LOG.warn(
                "credentials of a role could not be renewed and are used until {}: {}",
                current.usableUntil,
                failure.getMessage());
        held = new Held(current.credentials, now.plus(PAUSE_AFTER_FAILURE), current.usableUntil);
        return current.credentials;
    }

    private Held hold(Credentials answer) {
        Instant now = clock.instant();
        Instant expiry = answer.expiration();
        Duration part = Duration.between(now, expiry).dividedBy(MARGIN_PART);
        Duration margin = part.compareTo(LONGEST_MARGIN) < 0 ? part : LONGEST_MARGIN;
        AwsCredentials credentials =
                AwsSessionCredentials.create(answer.accessKeyId(), answer.secretAccessKey(), answer.sessionToken());
        return new Held(credentials, expiry.minus(margin), expiry.minus(LAST_USE));
    }
}
