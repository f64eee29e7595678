package io.pgbackup.core.work;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.InternalException;
import io.pgbackup.error.OperationCancelledException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Tasks that run in parallel and whose results are consumed by one thread in the order in which the tasks were given. A bounded number is under
 * way, so memory is bounded too. While it waits it calls a heartbeat, which may throw to stop the whole. For one thread.
 */
public final class OrderedWork implements AutoCloseable {
    private static final long HEARTBEAT_MILLISECONDS = 200;

    private final ExecutorService executor;
    private final int window;
    private final Runnable heartbeat;
    private final Deque<Step<?>> steps = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Thread> running = new HashSet<>();
    private boolean stopped;

    private record Step<T>(Future<T> future, Consumer<T> consumer) {}

    /**
     * Begins without tasks.
     *
     * @param executor runs the tasks
     * @param window most tasks under way
     * @param heartbeat called again and again while waiting
     */
    public OrderedWork(ExecutorService executor, int window, Runnable heartbeat) {
        this.executor = executor;
        this.window = window;
        this.heartbeat = heartbeat;
    }

    /**
     * Gives a task; consumes results while too many are under way.
     *
     * @param task runs on a worker
     * @param consumer gets its result on this thread, after those of all tasks given before
     * @param <T> result of the task
     */
    public <T> void submit(Callable<T> task, Consumer<T> consumer) {
        while (steps.size() >= window) {
            consumeOne();
        }
        try {
            steps.add(new Step<>(executor.submit(() -> run(task)), consumer));
        } catch (RejectedExecutionException e) {
            throw runtimeClosed(e);
        }
    }

    private <T> T run(Callable<T> task) throws Exception {
        enter();
        try {
            return task.call();
        } finally {
            leave();
        }
    }

    private void enter() {
        lock.lock();
        try {
            if (stopped) {
                throw new OperationCancelledException(ErrorCode.CANCELLED, "the operation has ended", "call again");
            }
            running.add(Thread.currentThread());
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the thread; an interrupt that was meant for this task does not reach the next one. */
    private void leave() {
        lock.lock();
        try {
            running.remove(Thread.currentThread());
            if (stopped) {
                Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives something to do on this thread, after the results of all tasks given before were consumed.
     *
     * @param action what to do
     */
    public void then(Runnable action) {
        if (steps.isEmpty()) {
            action.run();
        } else {
            steps.add(new Step<>(CompletableFuture.<Object>completedFuture(action), ignored -> action.run()));
        }
    }

    /** Consumes the results of all tasks. */
    public void drain() {
        while (!steps.isEmpty()) {
            consumeOne();
        }
    }

    private void consumeOne() {
        consume(steps.element());
    }

    private <T> void consume(Step<T> step) {
        T result = await(step.future());
        steps.remove();
        step.consumer().accept(result);
    }

    private <T> T await(Future<T> future) {
        while (true) {
            heartbeat.run();
            try {
                return future.get(HEARTBEAT_MILLISECONDS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (executor.isTerminated() && !future.isDone()) {
                    throw runtimeClosed(e);
                }
            } catch (InterruptedException e) {
                throw Cancellation.interrupted(e);
            } catch (ExecutionException e) {
                throw rethrow(e.getCause() == null ? e : e.getCause());
            }
        }
    }

    private static RuntimeException rethrow(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException runtime) {
            return runtime;
        }
        return new InternalException(
                ErrorCode.INTERNAL, "a worker failed: " + cause, "please report this with the stack trace", cause);
    }

    private static OperationCancelledException runtimeClosed(Exception cause) {
        return new OperationCancelledException(
                ErrorCode.CANCELLED,
                "the runtime was closed",
                "close a runtime after the operations that use it",
                cause);
    }

    /** Stops what is under way and waits until no worker runs any of it. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            stopped = true;
            running.forEach(Thread::interrupt);
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (!steps.isEmpty()) {
            try {
                steps.element().future().get(HEARTBEAT_MILLISECONDS, TimeUnit.MILLISECONDS);
                steps.remove();
            } catch (ExecutionException e) {
                steps.remove();
            } catch (TimeoutException e) {
                if (executor.isTerminated()) {
                    steps.remove();
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
