package io.pgbackup.core.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.error.OperationCancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OrderedWorkTest {
    private final ExecutorService executor = Executors.newFixedThreadPool(4);

    @AfterEach
    void endThreads() {
        executor.shutdownNow();
    }

    @Test
    void resultsComeInTheOrderInWhichTasksWereGiven() {
        List<Integer> seen = new ArrayList<>();
        try (OrderedWork work = new OrderedWork(executor, 8, () -> {})) {
            for (int task = 0; task < 200; task++) {
                int number = task;
                work.submit(() -> number, seen::add);
                if (task % 10 == 9) {
                    work.then(() -> seen.add(-number));
                }
            }
            work.drain();
        }
        List<Integer> expected = IntStream.range(0, 200)
                .boxed()
                .flatMap(number -> number % 10 == 9 ? List.of(number, -number).stream() : List.of(number).stream())
                .toList();
        assertThat(seen).isEqualTo(expected);
    }

    @Test
    void noMoreThanTheWindowAreUnderWay() {
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (OrderedWork work = new OrderedWork(executor, 3, () -> {})) {
            for (int task = 0; task < 100; task++) {
                most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                work.submit(() -> 1, ignored -> underWay.decrementAndGet());
            }
            work.drain();
        }
        assertThat(most.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void theFailureOfATaskIsThrownAsItIs() {
        IllegalStateException failure = new IllegalStateException("broken");
        try (OrderedWork work = new OrderedWork(executor, 3, () -> {})) {
            work.submit(
                    () -> {
                        throw failure;
                    },
                    ignored -> {});
            assertThatThrownBy(work::drain).isSameAs(failure);
        }
    }

    @Test
    void theHeartbeatCanStopTheWhole() throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        IllegalStateException lost = new IllegalStateException("session lost");
        Runnable heartbeat = () -> {
            if (stop.get()) {
                throw lost;
            }
        };
        try (OrderedWork work = new OrderedWork(executor, 3, heartbeat)) {
            work.submit(
                    () -> {
                        started.countDown();
                        try {
                            return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
                        } catch (InterruptedException e) {
                            interrupted.set(true);
                            throw e;
                        }
                    },
                    ignored -> {});
            started.await();
            stop.set(true);
            assertThatThrownBy(work::drain).isSameAs(lost);
        }
        assertThat(interrupted).as("close waited until the task had ended").isTrue();
    }

    @Test
    void anInterruptOfTheCallerStopsTheWholeAndIsKept() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        try (OrderedWork work = new OrderedWork(executor, 3, () -> {})) {
            work.submit(
                    () -> {
                        started.countDown();
                        return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
                    },
                    ignored -> {});
            started.await();
            Thread.currentThread().interrupt();
            assertThatThrownBy(work::drain).isInstanceOf(OperationCancelledException.class);
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptMeantForOneTaskDoesNotReachTheNextOnTheSameThread() throws Exception {
        ExecutorService single = Executors.newSingleThreadExecutor();
        try {
            CountDownLatch started = new CountDownLatch(1);
            try (OrderedWork work = new OrderedWork(single, 3, () -> {})) {
                work.submit(
                        () -> {
                            started.countDown();
                            return new CountDownLatch(1).await(1, TimeUnit.MINUTES);
                        },
                        ignored -> {});
                started.await();
            }
            assertThat(single.submit(() -> Thread.currentThread().isInterrupted())
                            .get())
                    .isFalse();
        } finally {
            single.shutdownNow();
        }
    }

    @Test
    void aClosedRuntimeIsACancellationAndNotAHang() {
        try (OrderedWork work = new OrderedWork(executor, 3, () -> {})) {
            executor.shutdownNow();
            assertThatThrownBy(() -> work.submit(() -> 1, ignored -> {}))
                    .isInstanceOf(OperationCancelledException.class);
        }
    }
}
