package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.session.RawSession;
import java.io.IOException;

/**
 * Forces what has arrived to the disk, all of it at once each time. Runs on a thread of its own as long as one stream lasts, so that more can arrive meanwhile.
 */
final class Syncer implements Runnable {
    private final StreamState state;
    private final SegmentAssembler assembler;
    private final RawSession session;
    private volatile boolean over;

    Syncer(StreamState state, SegmentAssembler assembler, RawSession session) {
        this.state = state;
        this.assembler = assembler;
        this.session = session;
    }

    void end() {
        state.change(() -> over = true);
    }

    @Override
    public void run() {
        try {
            while (state.awaitUnlessEnding(() -> over || state.unsynced()) && !over) {
                Lsn end = state.position().received();
                assembler.force();
                state.synced(end);
            }
        } catch (IOException e) {
            state.end(StreamFailures.directory(e));
            session.close();
        }
    }
}
