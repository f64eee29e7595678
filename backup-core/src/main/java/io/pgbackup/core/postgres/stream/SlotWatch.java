package io.pgbackup.core.postgres.stream;

import io.pgbackup.error.PgBackupException;
import java.time.Duration;

/**
 * Looks at the slot every few seconds and warns before it is lost. Once it is lost the server ends the stream, and the next connect says why. Runs on a thread of its own.
 */
final class SlotWatch implements Runnable {
    private final SlotGuard guard;
    private final StreamState state;
    private final Duration interval;

    SlotWatch(SlotGuard guard, StreamState state, Duration interval) {
        this.guard = guard;
        this.state = state;
        this.interval = interval;
    }

    @Override
    public void run() {
        while (!state.await(state::ending, interval.toNanos())) {
            try {
                guard.look();
            } catch (PgBackupException e) {
                // The stream itself tells, and is not disturbed by a look that failed.
                continue;
            }
        }
    }
}
