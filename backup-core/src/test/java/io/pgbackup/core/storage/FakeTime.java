package io.pgbackup.core.storage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only when somebody waits. For use by one thread. */
final class FakeTime {
    private final List<Duration> waits = new ArrayList<>();
    private long now = -42;
    private int interruptedWait;

    RetryTiming timing() {
        return new RetryTiming(() -> now, this::sleep, () -> 0);
    }

    private void sleep(Duration duration) throws InterruptedException {
        waits.add(duration);
        if (waits.size() == interruptedWait) {
            throw new InterruptedException();
        }
        now += duration.toNanos();
    }

    void interruptWait(int number) {
        interruptedWait = number;
    }

    void pass(Duration duration) {
        now += duration.toNanos();
    }

    List<Duration> waits() {
        return waits;
    }
}
