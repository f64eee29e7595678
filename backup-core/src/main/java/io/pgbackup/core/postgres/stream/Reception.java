package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Takes what one stream brings, until it ends. For one call. */
final class Reception {
    private static final long SHUTDOWN_PATIENCE = Duration.ofSeconds(10).toNanos();
    private static final int MANY_PINGS = 100;

    private final CopyStream stream;
    private final SegmentAssembler assembler;
    private final Replier replier;
    private final Connection.Parts parts;
    private int pings;
    private long firstPing;

    Reception(CopyStream stream, SegmentAssembler assembler, Replier replier, Connection.Parts parts) {
        this.stream = stream;
        this.assembler = assembler;
        this.replier = replier;
        this.parts = parts;
    }

    /** The timeline that follows; empty if the server shut down. */
    Optional<CopyStream.SwitchTo> run(int backlog) throws IOException, ServerRefusal {
        while (true) {
            CopyStream.Event event = stream.next();
            replier.heard();
            if (event instanceof CopyStream.Data data) {
                take(data, backlog);
            } else if (event instanceof CopyStream.KeepAlive keepAlive) {
                parts.state().serverAt(keepAlive.serverEnd());
                if (keepAlive.replyNow()) {
                    answer();
                }
            } else if (event instanceof CopyStream.SwitchTo next) {
                requireAllOf(next);
                return Optional.of(next);
            } else {
                return Optional.empty();
            }
        }
    }

    private void take(CopyStream.Data data, int backlog) throws IOException {
        pings = 0;
        assembler.take(data.start(), data.bytes());
        parts.state().received(assembler.position(), data.serverEnd());
        if (parts.delivery().waiting() > backlog) {
            replier.deaf(true);
            parts.state().awaitUnlessEnding(() -> parts.delivery().waiting() <= backlog);
            replier.deaf(false);
        }
    }

    /**
     * A server that shuts down waits until all is flushed here, and asks again and again. So what has arrived is stored at once; but if the destination does
     * not take it, the server shall not wait for a storage: the slot keeps the rest.
     */
    private void answer() throws IOException {
        parts.delivery().hurry();
        stream.reply(parts.state().reply(), false);
        if (pings == 0) {
            firstPing = System.nanoTime();
        }
        pings++;
        if (pings > MANY_PINGS && parts.state().unstored() && System.nanoTime() - firstPing > SHUTDOWN_PATIENCE) {
            throw new IOException("the server wants to shut down and cannot be told that all is stored");
        }
    }

    private void requireAllOf(CopyStream.SwitchTo next) throws IOException {
        Lsn position = assembler.position();
        if (position.compareTo(next.begin()) < 0) {
            throw new IOException("the server went over to timeline " + next.timeline() + " at " + next.begin()
                    + " but had sent its log only up to " + position);
        }
    }
}
