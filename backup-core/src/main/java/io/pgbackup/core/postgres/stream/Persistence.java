package io.pgbackup.core.postgres.stream;

import io.pgbackup.error.PgBackupException;
import java.util.function.Supplier;

/** Tries again what may work later, as long as the receiver is not to end. For one delivery. */
final class Persistence {
    private final StreamState state;
    private final StreamListener listener;
    private final Backoff backoff = new Backoff();
    private String lastWarning = "";

    Persistence(StreamState state, StreamListener listener) {
        this.state = state;
        this.listener = listener;
    }

    /** Returns when it has worked; throws the first failure that will not go away, or the last one if it is time to end. */
    <T> T get(Supplier<T> work) {
        while (true) {
            try {
                return work.get();
            } catch (PgBackupException e) {
                if (!e.retryable() || state.ending() || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                warn(String.valueOf(e.getMessage()));
                state.await(state::ending, backoff.pause().toNanos());
            }
        }
    }

    /** Like {@link #get}, without a result. */
    void run(Runnable work) {
        get(() -> {
            work.run();
            return true;
        });
    }

    private void warn(String message) {
        if (!message.equals(lastWarning)) {
            lastWarning = message;
            listener.warning("destination of received WAL", "fails, it will be tried again: " + message);
        }
    }
}
