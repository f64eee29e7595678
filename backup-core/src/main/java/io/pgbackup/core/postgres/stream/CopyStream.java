package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The log of one timeline as it streams, and our replies. One thread receives, any may reply. When the server has ended the stream no more replies
 * are sent: it would take them for commands.
 */
final class CopyStream {
    private static final long EPOCH_2000_MICROS = 946_684_800_000_000L;

    private final Wire wire;
    private final ReentrantLock replying = new ReentrantLock();
    private boolean open;

    /** What comes. */
    sealed interface Event permits Data, KeepAlive, SwitchTo, ShutDown {}

    /**
     * A piece of the log.
     *
     * @param start position of its first byte
     * @param serverEnd how far the server's log is
     * @param bytes the log; until the next event
     */
    record Data(Lsn start, Lsn serverEnd, ByteBuffer bytes) implements Event {}

    /**
     * Nothing but a sign of life.
     *
     * @param serverEnd how far the server's log is
     * @param replyNow whether the server waits for a reply
     */
    record KeepAlive(Lsn serverEnd, boolean replyNow) implements Event {}

    /**
     * The timeline ended and another begins. The session takes commands again.
     *
     * @param timeline which begins
     * @param begin where
     */
    record SwitchTo(Timeline timeline, Lsn begin) implements Event {}

    /** The server has sent all and ends. */
    record ShutDown() implements Event {}

    /**
     * What we say is safe.
     *
     * @param written up to where the log has arrived
     * @param flushed up to where it is safe
     */
    record Reply(Lsn written, Lsn flushed) {}

    private CopyStream(Wire wire, boolean open) {
        this.wire = wire;
        this.open = open;
    }

    /** Begins. The server may find that there is nothing to stream on this timeline; the first event is then the switch. */
    static CopyStream start(Wire wire, String slot, StreamStart from) throws IOException, ServerRefusal {
        wire.query(
                "START_REPLICATION SLOT \"" + slot + "\" PHYSICAL " + from.position() + " TIMELINE " + from.timeline());
        Wire.Message answer = wire.receive();
        return switch (answer.type()) {
            case 'W' -> new CopyStream(wire, true);
            case 'T' -> new CopyStream(wire, false);
            default -> throw new IOException("the server answered " + answer.type() + " instead of its log");
        };
    }

    Event next() throws IOException, ServerRefusal {
        if (!isOpen()) {
            return nextTimeline();
        }
        Wire.Message message = wire.receive();
        return switch (message.type()) {
            case 'd' -> event(message.body());
            case 'c' -> {
                finish();
                yield nextTimeline();
            }
            case 'C' -> new ShutDown();
            default -> throw new IOException("the server sent " + message.type() + " in the middle of its log");
        };
    }

    private static Event event(ByteBuffer body) throws IOException {
        char kind = (char) body.get();
        switch (kind) {
            case 'w' -> {
                Lsn start = new Lsn(body.getLong());
                Lsn serverEnd = new Lsn(body.getLong());
                body.getLong();
                return new Data(start, serverEnd, body);
            }
            case 'k' -> {
                Lsn serverEnd = new Lsn(body.getLong());
                body.getLong();
                return new KeepAlive(serverEnd, body.get() != 0);
            }
            default -> throw new IOException("the server sent a piece of its log of the unknown kind " + kind);
        }
    }

    private SwitchTo nextTimeline() throws IOException, ServerRefusal {
        Answer answer = Answer.receive(wire);
        Optional<String> timeline = answer.rows().isEmpty() ? Optional.empty() : answer.text(0);
        if (timeline.isEmpty()) {
            throw new IOException("the server ended its log without saying where it goes on");
        }
        return new SwitchTo(new Timeline(Long.parseLong(timeline.get())), Lsn.parse(answer.required(1)));
    }

    private boolean isOpen() {
        replying.lock();
        try {
            return open;
        } finally {
            replying.unlock();
        }
    }

    private void finish() throws IOException {
        replying.lock();
        try {
            open = false;
            wire.send('c', new byte[0]);
        } finally {
            replying.unlock();
        }
    }

    /** Says what is safe; nothing happens if the stream has ended. Positions that were applied are never claimed: nobody can query a receiver. */
    void reply(Reply reply, boolean answerWanted) throws IOException {
        byte[] content = ByteBuffer.allocate(1 + 4 * Long.BYTES + 1)
                .put((byte) 'r')
                .putLong(reply.written().value())
                .putLong(reply.flushed().value())
                .putLong(0)
                .putLong(System.currentTimeMillis() * 1000 - EPOCH_2000_MICROS)
                .put((byte) (answerWanted ? 1 : 0))
                .array();
        replying.lock();
        try {
            if (open) {
                wire.send('d', content);
            }
        } finally {
            replying.unlock();
        }
    }
}
