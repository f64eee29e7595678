package io.pgbackup.gcs;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access token of one storage, renewed in process before it expires. While the old one lives one thread renews and the others go on with the old one;
 * a renewal that fails then is logged and tried again a little later. Without a living token everybody waits for the one that renews. Safe for use by many
 * threads.
 */
final class AccessTokens {
    private static final Logger LOG = LoggerFactory.getLogger(AccessTokens.class);
    private static final Duration LONGEST_MARGIN = Duration.ofMinutes(5);
    /** Of its life a token has this share left when its successor is fetched, if that is less than the longest margin. */
    private static final int MARGIN_SHARE = 4;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int PAUSE_SHARE = 16;

    /** Where tokens come from. */
    @FunctionalInterface
    interface Origin {
        /** Fetches a token, once. The message of a failure holds no secret. */
        Token fetch() throws IOException;
    }

    /**
     * What an origin gives.
     *
     * @param value what requests carry
     * @param life how long it can be used from now on; empty if that is not known: then the origin is asked for every request
     */
    record Token(String value, Optional<Duration> life) {
        @Override
        public String toString() {
            return "Token[redacted, life " + life + "]";
        }
    }

    private record Held(String value, Instant renewal, Instant expiry) {}

    private final Origin origin;
    private final InstantSource clock;
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile @Nullable Held held;
    private volatile @Nullable String proved;

    AccessTokens(Origin origin, InstantSource clock) {
        this.origin = origin;
        this.clock = clock;
    }

    /** A token that can be used now. */
    String current() throws IOException {
        Instant now = clock.instant();
        Held mine = held;
        if (mine != null && now.isBefore(mine.renewal())) {
            return mine.value();
        }
        if (mine != null && now.isBefore(mine.expiry())) {
            return early(mine);
        }
        return late();
    }

    private String early(Held old) {
        if (!renewing.tryLock()) {
            return old.value();
        }
        try {
            return held == old ? fetch() : old.value();
        } catch (IOException | RuntimeException e) {
            Instant now = clock.instant();
            held = new Held(old.value(), now.plus(pause(Duration.between(now, old.expiry()))), old.expiry());
            LOG.warn(
                    "the access token for Google Cloud could not be renewed; the old one is good until {}",
                    old.expiry(),
                    e);
            return old.value();
        } finally {
            renewing.unlock();
        }
    }

    private static Duration pause(Duration left) {
        Duration share = left.dividedBy(PAUSE_SHARE);
        return share.compareTo(LONGEST_PAUSE) < 0 ? share : LONGEST_PAUSE;
    }

    private String late() throws IOException {
        try {
            renewing.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for an access token");
        }
        try {
            Held mine = held;
            return mine != null && clock.instant().isBefore(mine.expiry()) ? mine.value() : fetch();
        } finally {
            renewing.unlock();
        }
    }

    private String fetch() throws IOException {
        // The life counts from before the request: the answer may have taken long.
        Instant before = clock.instant();
        Token token = origin.fetch();
        if (token.life().isEmpty()) {
            held = null;
            return token.value();
        }
        Duration life = token.life().get();
        Duration share = life.dividedBy(MARGIN_SHARE);
        Instant expiry = before.plus(life);
        held = new Held(
                token.value(), expiry.minus(share.compareTo(LONGEST_MARGIN) < 0 ? share : LONGEST_MARGIN), expiry);
        LOG.debug("a new access token for Google Cloud, good until {}", expiry);
        return token.value();
    }

    /** The store took this token. */
    void accepted(String token) {
        proved = token;
    }

    /**
     * The store refused this token.
     *
     * @return whether another may help: the store took this one before, or there is a newer one already. It is forgotten
     */
    boolean refused(String token) {
        Held mine = held;
        boolean newer = mine != null && !mine.value().equals(token);
        if (mine != null && mine.value().equals(token)) {
            renewing.lock();
            try {
                held = held == mine ? null : held;
            } finally {
                renewing.unlock();
            }
        }
        return newer || token.equals(proved);
    }
}
