package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.session.RawSession;
import java.io.IOException;
import java.time.Duration;

/**
 * Tells the server how far we are, as soon as that changes and at least every few seconds, and ends a session in which the server has fallen silent. Runs on
 * a thread of its own as long as one stream lasts.
 */
final class Replier implements Runnable {
    private final StreamState state;
    private final CopyStream stream;
    private final RawSession session;
    private final StreamSettings.Pace pace;
    private volatile long heard = System.nanoTime();
    private volatile boolean deaf;
    private volatile boolean over;
    private CopyStream.Reply last;

    Replier(StreamState state, CopyStream stream, RawSession session, StreamSettings.Pace pace) {
        this.state = state;
        this.stream = stream;
        this.session = session;
        this.pace = pace;
        this.last = state.reply();
    }

    /** The server has said something. */
    void heard() {
        heard = System.nanoTime();
    }

    /** We do not listen for a while: silence means nothing. */
    void deaf(boolean now) {
        heard();
        deaf = now;
    }

    void end() {
        state.change(() -> over = true);
    }

    @Override
    public void run() {
        try {
            stream.reply(last, false);
            while (!over && !isDead()) {
                state.await(
                        () -> over || !state.reply().equals(last), pace.status().toNanos());
                last = state.reply();
                stream.reply(last, !deaf && silence().compareTo(pace.status()) >= 0);
            }
        } catch (IOException e) {
            // Whoever reads will notice.
            session.close();
        }
    }

    private Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heard);
    }

    private boolean isDead() {
        boolean dead = !deaf && silence().compareTo(pace.silence()) >= 0;
        if (dead) {
            session.close();
        }
        return dead;
    }
}
