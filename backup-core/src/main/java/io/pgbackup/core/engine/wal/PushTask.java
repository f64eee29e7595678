package io.pgbackup.core.engine.wal;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchivedParts;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.wal.WalPushResult.Outcome;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** One file on its way into one repository. Run once, by any thread; watched by the one that pushes. */
final class PushTask implements Runnable {
    /** How far a task is. */
    enum Stage {
        /** Not begun. */
        WAITING,
        /** Reads the file. */
        READING,
        /** Needs the file no more. */
        SENDING,
        /** Stored, present, or failed. */
        ENDED,
        /** Will not begin any more. */
        DROPPED
    }

    /** What a task brings where: a whole file, or a part of a segment up to an end. */
    record Cargo(WalFileName name, Path file, Optional<SegmentHeader> header, Optional<Lsn> end) {
        boolean store(WalArchive archive, Runnable sealed) {
            return end.isPresent()
                    ? new ArchivedParts(archive).store(name, end.get(), file, sealed)
                    : archive.store(name, file, sealed);
        }
    }

    /** How far a task is, and what came of it. */
    record State(Stage stage, Optional<Outcome> outcome, Optional<RuntimeException> failure) {
        static State at(Stage stage) {
            return new State(stage, Optional.empty(), Optional.empty());
        }
    }

    private final WalLane lane;
    private final Cargo cargo;
    private final Runnable changed;
    private final AtomicReference<State> state = new AtomicReference<>(State.at(Stage.WAITING));

    /**
     * Not begun.
     *
     * @param lane where to
     * @param cargo what
     * @param changed called whenever the state has changed
     */
    PushTask(WalLane lane, Cargo cargo, Runnable changed) {
        this.lane = lane;
        this.cargo = cargo;
        this.changed = changed;
    }

    WalLane lane() {
        return lane;
    }

    @Override
    public void run() {
        if (!leaveWaiting(Stage.READING)) {
            return;
        }
        try {
            boolean stored = lane.with(
                    archives -> cargo.store(archives.fitting(cargo.header()), () -> enter(State.at(Stage.SENDING))));
            Outcome outcome = stored ? Outcome.STORED : Outcome.PRESENT;
            enter(new State(Stage.ENDED, Optional.of(outcome), Optional.empty()));
        } catch (RuntimeException e) {
            enter(new State(Stage.ENDED, Optional.empty(), Optional.of(e)));
        }
    }

    private boolean leaveWaiting(Stage next) {
        State now = state();
        return now.stage() == Stage.WAITING && state.compareAndSet(now, State.at(next));
    }

    private void enter(State next) {
        state.set(next);
        changed.run();
    }

    /** Does not begin any more; false if it has begun. */
    boolean drop() {
        return leaveWaiting(Stage.DROPPED);
    }

    State state() {
        return Objects.requireNonNull(state.get());
    }
}
