package io.pgbackup.core.engine.backup.files;

import io.pgbackup.error.OperationCancelledException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Whether a lane is still in the run and, if not, why. A lane that has dropped out never comes back. Safe for use by many threads. */
public final class LaneState {
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    public boolean alive() {
        return failure.get() == null;
    }

    /** Why the lane is no longer in the run. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** The lane drops out; the first reason counts. A cancellation is meant for the whole run and is thrown on. */
    void fail(RuntimeException reason) {
        if (reason instanceof OperationCancelledException) {
            throw reason;
        }
        end(reason);
    }

    /** The whole run ends, and the lane with it. */
    public void end(Throwable reason) {
        failure.compareAndSet(null, reason);
    }

    /** Does something for the lane unless it has dropped out; if that fails, it drops out. */
    public void attempt(Runnable step) {
        attempt(() -> {
            step.run();
            return Boolean.TRUE;
        });
    }

    /** As {@link #attempt(Runnable)}; empty if it failed. */
    public <T> Optional<T> attempt(Supplier<T> step) {
        if (!alive()) {
            return Optional.empty();
        }
        try {
            return Optional.of(step.get());
        } catch (RuntimeException e) {
            fail(e);
            return Optional.empty();
        }
    }
}
