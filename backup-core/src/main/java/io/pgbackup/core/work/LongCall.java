package io.pgbackup.core.work;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A call that may block for long and hears no interrupt, made by a thread of its own, so that whoever waits for it can do something meanwhile. For one
 * call.
 *
 * @param <T> result of the call
 */
public final class LongCall<T> {
    private static final long LOOK_MILLISECONDS = 200;

    private final Supplier<T> call;
    private final Runnable abandon;
    private final ThreadFactory threads;

    /**
     * Begins nothing yet.
     *
     * @param call to be made
     * @param abandon makes the call fail soon
     * @param threads makes the one thread
     */
    public LongCall(Supplier<T> call, Runnable abandon, ThreadFactory threads) {
        this.call = call;
        this.abandon = abandon;
        this.threads = threads;
    }

    /**
     * Makes the call and waits for it. If what is done meanwhile fails, or the waiting thread is interrupted, the call is abandoned and its end waited for: no
     * thread is left behind.
     *
     * @param meanwhile done several times a second
     * @return what the call returned
     */
    public T await(Runnable meanwhile) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = threads.newThread(() -> run(result));
        thread.start();
        try {
            while (true) {
                meanwhile.run();
                try {
                    return result.get(LOOK_MILLISECONDS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    continue;
                }
            }
        } catch (InterruptedException e) {
            end(thread);
            throw Cancellation.interrupted(e);
        } catch (ExecutionException e) {
            throw thrown(e);
        } catch (RuntimeException | Error e) {
            end(thread);
            throw e;
        }
    }

    private void run(CompletableFuture<T> result) {
        try {
            result.complete(call.get());
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    private void end(Thread thread) {
        abandon.run();
        boolean interrupted = Thread.interrupted();
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static RuntimeException thrown(ExecutionException failure) {
        if (failure.getCause() instanceof Error error) {
            throw error;
        }
        return failure.getCause() instanceof RuntimeException known ? known : new IllegalStateException(failure);
    }
}
