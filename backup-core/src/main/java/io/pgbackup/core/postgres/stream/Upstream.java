package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, after each connect, who the server is and where to go on: the same cluster as before, its timelines, a slot that keeps the log. Remembers from
 * connect to connect. For one thread.
 */
final class Upstream {
    private final SlotGuard slot;
    private final Delivery delivery;
    private final StreamListener listener;
    private ReplicationCommands.@Nullable Server last;

    Upstream(SlotGuard slot, Delivery delivery, StreamListener listener) {
        this.slot = slot;
        this.delivery = delivery;
        this.listener = listener;
    }

    /**
     * What was agreed with the server.
     *
     * @param start where to begin
     * @param size of its segments
     */
    record Agreement(StreamStart start, WalSegmentSize size) {}

    /** Whether a server has answered before. */
    boolean wasReached() {
        return last != null;
    }

    Agreement agree(ReplicationCommands commands, GoOn from) throws IOException, ServerRefusal {
        ReplicationCommands.Server server = commands.identify();
        requireSameCluster(server);
        WalSegmentSize size = commands.segmentSize();
        delivery.server(new StreamFacts(server.system(), commands.majorVersion(), size));
        SlotGuard.Held held =
                slot.hold(commands, last == null || !last.timeline().equals(server.timeline()));
        last = server;
        TimelineHistory history = history(commands, server.timeline());
        Lsn kept = from == GoOn.FROM_NOW
                ? server.flushed()
                : held.state().restart().orElse(server.flushed());
        StreamStart slotStart = StreamStart.segmentOf(history.ownerOf(kept).orElseThrow(), kept, size);
        Optional<StreamStart> behind = from == GoOn.BEHIND_WHAT_IS_STORED
                ? StreamStart.behind(history, delivery::newest, size)
                : Optional.empty();
        if (held.made() && behind.isPresent()) {
            listener.warning(
                    "replication slot",
                    "was absent and has been made anew; receiving goes on behind what is stored, if the server still has that");
        }
        StreamStart start = behind.map(
                        found -> held.state().restart().isPresent() ? found.notAfter(kept, history, size) : found)
                .orElse(slotStart);
        return new Agreement(start, size);
    }

    private void requireSameCluster(ReplicationCommands.Server server) {
        if (last != null && last.system() != server.system()) {
            throw new ClusterException(
                    ErrorCode.WRONG_CLUSTER,
                    "the server is another cluster now: system " + Long.toUnsignedString(server.system())
                            + " instead of " + Long.toUnsignedString(last.system()),
                    "Somebody else answers at this address. Give every cluster a receiver of its own.");
        }
    }

    /** Brings the history of a timeline to the destination, and those of its ancestors as far as the server has them. */
    TimelineHistory history(ReplicationCommands commands, Timeline timeline) throws IOException, ServerRefusal {
        if (timeline.equals(Timeline.FIRST)) {
            return TimelineHistory.of(timeline);
        }
        byte[] content = commands.history(timeline);
        TimelineHistory history = TimelineHistory.parse(timeline, content);
        for (TimelineHistory.Ancestor ancestor : history.ancestors()) {
            if (!ancestor.timeline().equals(Timeline.FIRST)) {
                bringAncestor(commands, ancestor.timeline());
            }
        }
        delivery.history(timeline, content);
        return history;
    }

    /** A server that was restored or copied need not have the files of its ancestors; what they say stands in its own, too. */
    private void bringAncestor(ReplicationCommands commands, Timeline ancestor) throws IOException {
        try {
            delivery.history(ancestor, commands.history(ancestor));
        } catch (ServerRefusal e) {
            listener.warning("timeline " + ancestor, "the server does not have its history file: " + e.getMessage());
        }
    }
}
