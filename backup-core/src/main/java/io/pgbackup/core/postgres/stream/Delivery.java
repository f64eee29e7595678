package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings what was received to the destination, in order, on a thread of its own: whole segments at once, the growing one when its time has come or somebody
 * waits for it. What changes is used under the lock of the state.
 */
final class Delivery implements Runnable {
    private final StreamState state;
    private final WalDestination destination;
    private final StreamListener listener;
    private final Duration partialAfter;
    private final Map<Timeline, WalFileName> newest = new ConcurrentHashMap<>();
    private final Deque<Job> whole = new ArrayDeque<>();
    private @Nullable SegmentFile growing;
    private @Nullable Job job;
    private boolean hurry;
    private volatile boolean over;
    private long lastStored = System.nanoTime();

    private record Job(SegmentFile file, Lsn end, boolean isWhole) {}

    Delivery(StreamState state, WalDestination destination, StreamListener listener, Duration partialAfter) {
        this.state = state;
        this.destination = destination;
        this.listener = listener;
        this.partialAfter = partialAfter;
    }

    /** The newest whole segment of a timeline that the destination has. */
    Optional<WalFileName> newest(Timeline timeline) {
        WalFileName known = newest.get(timeline);
        return known != null
                ? Optional.of(known)
                : new Persistence(state, listener).get(() -> destination.newest(timeline));
    }

    /** Asks whether the log of a server belongs there. */
    void server(StreamFacts facts) {
        bring(() -> destination.server(facts));
    }

    /** Brings the history of a timeline at once. */
    void history(Timeline timeline, byte[] content) {
        bring(() -> destination.history(timeline, content));
    }

    /** A segment has begun. */
    void growing(SegmentFile file) {
        state.change(() -> growing = file);
    }

    /** The growing segment is whole. */
    void whole(SegmentFile file, Lsn end) {
        state.change(() -> {
            whole.add(new Job(file, end, true));
            growing = null;
        });
    }

    /** How many whole segments wait. */
    int waiting() {
        return state.get(whole::size);
    }

    /** Somebody waits for what has arrived: the growing segment is brought at once. */
    void hurry() {
        state.change(() -> hurry = true);
    }

    /** Waits until all that has arrived is stored, and forgets the growing segment; false if it is time to end. */
    boolean drain() {
        hurry();
        boolean drained = state.awaitUnlessEnding(this::done);
        state.change(() -> {
            growing = null;
            hurry = false;
        });
        return drained;
    }

    /** Waits until all that has arrived is stored, although it is time to end, but not for ever. */
    void finish(Duration patience) {
        hurry();
        state.await(() -> state.failure().isPresent() || done(), patience.toNanos());
    }

    private boolean done() {
        return job == null && whole.isEmpty() && !(growing != null && state.unstored());
    }

    /** Ends with what it does now; whoever wants that to be soon interrupts it, too. */
    void end() {
        state.change(() -> over = true);
    }

    @Override
    public void run() {
        try {
            while (!over) {
                if (state.await(() -> over || begin(), nanosUntilDue()) && !over) {
                    work(state.get(() -> Objects.requireNonNull(job)));
                }
            }
        } catch (PgBackupException e) {
            state.end(e);
        } catch (IOException | RuntimeException e) {
            state.end(StreamFailures.directory(e));
        }
    }

    /** Chooses what to bring next; false if there is nothing yet. */
    private boolean begin() {
        if (job == null) {
            job = whole.isEmpty() ? growingJob() : whole.peek();
        }
        return job != null;
    }

    private @Nullable Job growingJob() {
        boolean due = hurry || System.nanoTime() - lastStored >= partialAfter.toNanos();
        return growing != null && due && state.unstored()
                ? new Job(growing, state.position().received(), false)
                : null;
    }

    /** While nothing has arrived there is no limit; as soon as something has, the state changes and it is asked again. */
    private long nanosUntilDue() {
        long left = partialAfter.toNanos() - (System.nanoTime() - state.get(() -> lastStored));
        return left > 0 ? left : Duration.ofSeconds(1).toNanos();
    }

    private void work(Job next) throws IOException {
        SegmentFile file = next.file();
        if (next.isWhole()) {
            bringWhole(file);
        } else {
            bring(() -> destination.partial(file.name(), file.path(), next.end()));
        }
        state.stored(next.end());
        state.change(() -> {
            if (next.isWhole()) {
                whole.remove();
            }
            job = null;
            hurry = hurry && state.unstored();
            lastStored = System.nanoTime();
        });
    }

    private void bringWhole(SegmentFile file) throws IOException {
        WalFileName name = file.name();
        Path renamed = file.path().resolveSibling(name.toString());
        Files.move(file.path(), renamed, StandardCopyOption.ATOMIC_MOVE);
        bring(() -> destination.segment(name, renamed));
        newest.put(name.timeline(), name);
        Files.delete(renamed);
        listener.stored(name);
    }

    private void bring(Runnable delivering) {
        new Persistence(state, listener).run(delivering);
    }
}
