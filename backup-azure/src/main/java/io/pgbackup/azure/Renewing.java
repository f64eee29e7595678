package io.pgbackup.azure;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that expires and is obtained anew before it does. While the old one lives, one caller renews and the others go on with the old
 * one; a renewal that fails is reported and tried again later, and is fatal only when the old one is dead. Safe for use by many threads.
 */
final class Renewing<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Renewing.class);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** What was obtained, when to renew it, and when it is useless. */
    record Grant<T>(T value, Instant renewal, Instant expiry) {}

    /** Obtains. */
    @FunctionalInterface
    interface Source<T> {
        /** A grant that is good from now on; throws {@link CredentialException} if it cannot be had. */
        Grant<T> obtain(Instant now);
    }

    private final String name;
    private final Source<T> source;
    private final InstantSource clock;
    private final CredentialListener listener;
    private final ReentrantLock renewal = new ReentrantLock();
    private volatile @Nullable Held<T> held;

    private record Held<T>(Grant<T> grant, Instant nextAttempt) {}

    /**
     * Obtains nothing yet.
     *
     * @param name for messages
     * @param source obtains
     * @param clock the time
     * @param listener hears of every attempt to obtain
     */
    Renewing(String name, Source<T> source, InstantSource clock, CredentialListener listener) {
        this.name = name;
        this.source = source;
        this.clock = clock;
        this.listener = listener;
    }

    /** A value that has not expired. */
    T value() {
        Held<T> current = held;
        Instant now = clock.instant();
        if (current != null && now.isBefore(current.grant().expiry())) {
            if (now.isBefore(current.nextAttempt()) || !renewal.tryLock()) {
                return current.grant().value();
            }
        } else {
            renewal.lock();
        }
        try {
            return renewed();
        } finally {
            renewal.unlock();
        }
    }

    /** Under the lock. Another thread may have renewed meanwhile. */
    private T renewed() {
        Held<T> current = held;
        Instant now = clock.instant();
        if (current != null && now.isBefore(current.nextAttempt())) {
            return current.grant().value();
        }
        try {
            Grant<T> fresh = source.obtain(now);
            held = new Held<>(fresh, later(fresh.renewal(), now.plus(pause(now, fresh.expiry()))));
            LOG.info("{} obtained; it expires at {}", name, fresh.expiry());
            notify(hearer -> hearer.obtained(name, fresh.expiry()));
            return fresh.value();
        } catch (RuntimeException e) {
            Instant expiry = current == null ? Instant.MIN : current.grant().expiry();
            boolean alive = now.isBefore(expiry);
            notify(hearer -> hearer.failed(name, Redaction.text(e.getMessage())));
            if (current == null || !alive) {
                throw e;
            }
            Instant next = now.plus(pause(now, expiry));
            held = new Held<>(current.grant(), next);
            LOG.warn(
                    "{} could not be renewed ({}); the old one lives until {}, next attempt at {}",
                    name,
                    Redaction.text(e.getMessage()),
                    expiry,
                    next);
            return current.grant().value();
        }
    }

    /** Short enough for several attempts before the end. */
    private static Duration pause(Instant now, Instant expiry) {
        Duration part = Duration.between(now, expiry).dividedBy(4);
        return part.compareTo(LONGEST_PAUSE) < 0 ? part : LONGEST_PAUSE;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private void notify(java.util.function.Consumer<CredentialListener> news) {
        try {
            news.accept(listener);
        } catch (RuntimeException e) {
            LOG.warn("the credential listener failed", e);
        }
    }
}
