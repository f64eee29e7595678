package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.core.postgres.session.RawSession;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Connects, receives, and connects again, until it is time to end or something is wrong that no new connection mends. Runs once, on a thread of its own. */
final class Receiving implements Runnable {
    private static final Duration LAST_DELIVERY = Duration.ofSeconds(10);

    /** What lasted so long was a connection and no failed attempt. */
    private static final Duration WORKS = Duration.ofSeconds(2);

    private final ConnectionSettings server;
    private final StreamSettings settings;
    private final Connection.Parts parts;
    private final AtomicReference<@Nullable RawSession> session = new AtomicReference<>();
    private final Backoff backoff = new Backoff();
    private GoOn from = GoOn.BEHIND_WHAT_IS_STORED;
    private String lastWarning = "";

    Receiving(ConnectionSettings server, StreamSettings settings, Connection.Parts parts) {
        this.server = server;
        this.settings = settings;
        this.parts = parts;
    }

    @Override
    public void run() {
        try {
            while (!parts.state().ending()) {
                Optional<PgBackupException> failure = connection();
                if (!parts.state().ending()) {
                    failure.ifPresent(this::judge);
                    parts.delivery().drain();
                    parts.state().await(parts.state()::ending, backoff.pause().toNanos());
                }
            }
            parts.delivery().finish(LAST_DELIVERY);
        } catch (RuntimeException e) {
            parts.delivery().finish(LAST_DELIVERY);
            parts.state().end(e);
        }
    }

    /** Ends the connection, whatever it does. */
    void disconnect() {
        RawSession open = session.get();
        if (open != null) {
            open.close();
        }
    }

    private Optional<PgBackupException> connection() {
        long begin = System.nanoTime();
        Optional<PgBackupException> failure = attempt();
        if (System.nanoTime() - begin > WORKS.toNanos()) {
            lastWarning = "";
            from = GoOn.BEHIND_WHAT_IS_STORED;
            backoff.reset();
        }
        return failure;
    }

    private Optional<PgBackupException> attempt() {
        try (RawSession raw = RawSession.connect(server, settings.names().application())) {
            session.set(raw);
            if (parts.state().ending()) {
                return Optional.empty();
            }
            new Connection(raw, settings, parts).receive(from);
            return Optional.of(new ClusterException(
                    ErrorCode.SESSION_LOST, "the server shuts down", "The receiver connects again by itself."));
        } catch (IOException e) {
            return Optional.of(StreamFailures.broken(e));
        } catch (ServerRefusal e) {
            return Optional.of(StreamFailures.refused(e, settings.names().slot()));
        } catch (PgBackupException e) {
            return Optional.of(e);
        } finally {
            session.set(null);
        }
    }

    /** Throws what does not go away by itself. */
    private void judge(PgBackupException failure) {
        if (failure.code() == ErrorCode.WAL_GONE && settings.safety().overGaps() && from.mayGiveUp()) {
            from = from.givingUp();
            warn("WAL is gone for good and receiving goes on behind it; take a backup now: " + failure.getMessage());
            return;
        }
        boolean refused = !parts.upstream().wasReached() && StreamFailures.isRefusedLogin(failure);
        if (refused || !failure.retryable()) {
            throw failure;
        }
        warn("connecting again: " + failure.getMessage());
    }

    private void warn(String message) {
        if (!message.equals(lastWarning)) {
            lastWarning = message;
            parts.listener().warning("stream of WAL", message);
        }
    }
}
