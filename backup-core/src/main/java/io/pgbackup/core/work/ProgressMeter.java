package io.pgbackup.core.work;

import io.pgbackup.event.OperationKind;
import io.pgbackup.event.Progress;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Counts what is done and tells about it at most a few times a second. Counting is safe for use by many threads, telling is for one. */
public final class ProgressMeter {
    private static final long INTERVAL_NANOSECONDS = Duration.ofMillis(250).toNanos();

    private final String operationId;
    private final OperationKind kind;
    private final Consumer<Progress> sink;
    private final long begin = System.nanoTime();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder files = new LongAdder();
    private volatile String phase = "";
    private volatile long total;
    private long lastTold = begin;

    /**
     * Begins now.
     *
     * @param operationId of the operation
     * @param kind the verb
     * @param sink receives snapshots
     */
    public ProgressMeter(String operationId, OperationKind kind, Consumer<Progress> sink) {
        this.operationId = operationId;
        this.kind = kind;
        this.sink = sink;
    }

    /**
     * Begins a phase, and tells.
     *
     * @param name for people
     */
    public void phase(String name) {
        phase = name;
        tell();
    }

    /**
     * Sets what is expected.
     *
     * @param expected bytes
     */
    public void expect(long expected) {
        total = expected;
    }

    /**
     * Counts bytes.
     *
     * @param count worked on
     */
    public void addBytes(long count) {
        bytes.add(count);
    }

    /** Counts a finished file. */
    public void addFile() {
        files.increment();
    }

    /** Tells, unless it did so a moment ago. */
    public void tick() {
        if (System.nanoTime() - lastTold >= INTERVAL_NANOSECONDS) {
            tell();
        }
    }

    private void tell() {
        lastTold = System.nanoTime();
        sink.accept(new Progress(
                operationId, kind, phase, bytes.sum(), total, files.sum(), Duration.ofNanos(lastTold - begin)));
    }
}
