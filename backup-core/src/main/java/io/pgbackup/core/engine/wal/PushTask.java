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
        /** Waits until the repository is open. */
        OPENING,
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
        if (!leave(Stage.WAITING, Stage.OPENING)) {
            return;
        }
        try {
            Optional<Outcome> outcome = lane.with(this::store);
            outcome.ifPresent(done -> enter(new State(Stage.ENDED, Optional.of(done), Optional.empty())));
        } catch (RuntimeException e) {
            enter(new State(Stage.ENDED, Optional.empty(), Optional.of(e)));
        }
    }

    /** Opening may have taken so long that nobody wants it any more: then the file may be gone. */
    private Optional<Outcome> store(Archives archives) {
        if (!leave(Stage.OPENING, Stage.READING)) {
            return Optional.empty();
        }
        boolean stored = cargo.store(archives.fitting(cargo.header()), () -> enter(State.at(Stage.SENDING)));
        return Optional.of(stored ? Outcome.STORED : Outcome.PRESENT);
    }

    private boolean leave(Stage from, Stage next) {
        State now = state();
        return now.stage() == from && state.compareAndSet(now, State.at(next));
    }

    private void enter(State next) {
        state.set(next);
        changed.run();
    }

    /** Does not touch the file any more; false if it has begun to. */
    boolean drop() {
        return leave(Stage.WAITING, Stage.DROPPED) || leave(Stage.OPENING, Stage.DROPPED);
    }

    State state() {
        return Objects.requireNonNull(state.get());
    }
}
