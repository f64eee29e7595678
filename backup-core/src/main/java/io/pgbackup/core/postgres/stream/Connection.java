package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.session.RawSession;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/** One connection to the server, from login until it breaks: the streams of one timeline after the other. For one thread. */
final class Connection {
    private static final int PATIENCE_SHARE = 3;

    private final RawSession session;
    private final StreamSettings settings;
    private final Parts parts;
    private final Wire wire;
    private final ReplicationCommands commands;

    /**
     * What outlives a connection.
     *
     * @param state of the receiver
     * @param upstream what is known of the server
     * @param delivery brings what was received to the destination
     * @param listener hears what happens
     * @param threads makes those of one stream
     */
    record Parts(
            StreamState state, Upstream upstream, Delivery delivery, StreamListener listener, ThreadFactory threads) {}

    Connection(RawSession session, StreamSettings settings, Parts parts) throws IOException {
        this.session = session;
        this.settings = settings;
        this.parts = parts;
        this.wire = new Wire(session);
        this.commands = new ReplicationCommands(wire);
    }

    /** Receives until the connection ends; returns if the server shut down in order. */
    void receive(GoOn from) throws IOException, ServerRefusal {
        Upstream.Agreement agreement = parts.upstream().agree(commands, from);
        StreamSettings.Pace pace = pace();
        StreamStart start = agreement.start();
        while (!parts.state().ending()) {
            Optional<CopyStream.SwitchTo> next = stream(start, agreement.size(), pace);
            if (next.isEmpty() || !parts.delivery().drain()) {
                return;
            }
            Files.deleteIfExists(growing(start, agreement.size()));
            parts.upstream().history(commands, next.get().timeline());
            start = StreamStart.segmentOf(next.get().timeline(), next.get().begin(), agreement.size());
        }
    }

    /** Often enough for the server's patience. */
    private StreamSettings.Pace pace() throws IOException, ServerRefusal {
        StreamSettings.Pace wanted = settings.pace();
        Optional<Duration> patience = commands.patience();
        Duration status = patience.map(limit -> limit.dividedBy(PATIENCE_SHARE))
                .filter(limit -> limit.compareTo(wanted.status()) < 0)
                .orElse(wanted.status());
        return new StreamSettings.Pace(wanted.partialAfter(), status, wanted.silence(), wanted.backlog());
    }

    /** The file of the segment in which a timeline ended; it will not grow any more. */
    private Path growing(StreamStart start, WalSegmentSize size) {
        return SegmentFile.path(
                settings.directory(),
                WalFileName.containing(
                        start.timeline(), parts.state().position().received(), size));
    }

    private Optional<CopyStream.SwitchTo> stream(StreamStart start, WalSegmentSize size, StreamSettings.Pace pace)
            throws IOException, ServerRefusal {
        new Leftovers(settings.directory()).removeAfter(start, size);
        CopyStream stream = CopyStream.start(wire, settings.names().slot(), start);
        parts.state().begin(start, size);
        parts.listener().receiving(parts.state().position());
        Replier replier = new Replier(parts.state(), stream, session, pace);
        Thread replying = parts.threads().newThread(replier);
        replying.start();
        try (SegmentAssembler assembler = new SegmentAssembler(settings.directory(), size, start, parts.delivery())) {
            if (settings.safety().acknowledge() == Acknowledge.STORED) {
                return new Reception(stream, assembler, replier, parts).run(backlog(size));
            }
            return syncing(assembler, () -> new Reception(stream, assembler, replier, parts).run(backlog(size)));
        } finally {
            replier.end();
            endOf(replying);
        }
    }

    private int backlog(WalSegmentSize size) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(2, settings.pace().backlog() / size.bytes()));
    }

    /** What is done while bytes are forced to the disk on another thread. */
    private interface Work {
        Optional<CopyStream.SwitchTo> run() throws IOException, ServerRefusal;
    }

    private Optional<CopyStream.SwitchTo> syncing(SegmentAssembler assembler, Work work)
            throws IOException, ServerRefusal {
        Syncer syncer = new Syncer(parts.state(), assembler, session);
        Thread thread = parts.threads().newThread(syncer);
        thread.start();
        try {
            return work.run();
        } finally {
            syncer.end();
            endOf(thread);
        }
    }

    private static void endOf(Thread thread) {
        if (Crew.join(thread)) {
            Thread.currentThread().interrupt();
        }
    }
}
