package io.pgbackup.storage.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs things at the same time. */
final class Together {
    private static final long PATIENCE_MINUTES = 5;

    private Together() {}

    /** Does something with a number from 0 on. */
    @FunctionalInterface
    interface Task<T> {
        T run(int number) throws Exception;
    }

    /** Starts all tasks at the same moment, each in its own thread, and gives their results in order. */
    static <T> List<T> race(int count, Task<T> task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(count);
        return run(count, count, number -> {
            start.await(PATIENCE_MINUTES, TimeUnit.MINUTES);
            return task.run(number);
        });
    }

    /** Shares many tasks among some threads, and gives their results in order. */
    static <T> List<T> run(int threads, int count, Task<T> task) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int index = 0; index < count; index++) {
                int number = index;
                futures.add(executor.submit(() -> task.run(number)));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(PATIENCE_MINUTES, TimeUnit.MINUTES));
            }
            return results;
        } finally {
            executor.shutdownNow();
            executor.awaitTermination(PATIENCE_MINUTES, TimeUnit.MINUTES);
        }
    }
}
