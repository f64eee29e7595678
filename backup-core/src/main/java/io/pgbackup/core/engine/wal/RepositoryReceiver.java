package io.pgbackup.core.engine.wal;

import io.pgbackup.Cluster;
import io.pgbackup.core.engine.Connections;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.OperationStarter;
import io.pgbackup.core.postgres.stream.Acknowledge;
import io.pgbackup.core.postgres.stream.StreamListener;
import io.pgbackup.core.postgres.stream.StreamPosition;
import io.pgbackup.core.postgres.stream.StreamSettings;
import io.pgbackup.core.postgres.stream.WalStreamReceiver;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.event.OperationKind;
import io.pgbackup.event.Warning;
import io.pgbackup.wal.ReceiveRequest;
import io.pgbackup.wal.ReceiverPosition;
import io.pgbackup.wal.WalReceiver;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A receiver as the user sees it: an operation with events, over the repositories. */
final class RepositoryReceiver implements WalReceiver {
    private static final AtomicInteger THREADS = new AtomicInteger();

    private final OperationStarter starter;
    private final Queue<Warning> warnings = new ConcurrentLinkedQueue<>();
    private final AtomicInteger segments = new AtomicInteger();
    private final WalStreamReceiver receiver;
    private final ArchiveDestination.Ways ways;

    RepositoryReceiver(
            Cluster cluster, ReceiveRequest request, OperationStarter starter, ArchiveDestination.Ways ways) {
        this.starter = starter;
        this.ways = ways;
        ArchiveDestination destination = new ArchiveDestination(ways, request.directory());
        this.receiver = new WalStreamReceiver(
                Connections.settings(Connections.require(cluster).connection()),
                settings(request),
                new WalStreamReceiver.Environment(destination, new Listening(), RepositoryReceiver::thread));
    }

    private static StreamSettings settings(ReceiveRequest request) {
        StreamSettings settings = StreamSettings.of(request.directory(), request.slot())
                .application(request.applicationName())
                .partialAfter(request.partialAfter())
                .acknowledge(request.isAcknowledgedOnLocalDisk() ? Acknowledge.ON_LOCAL_DISK : Acknowledge.STORED);
        return request.goesOverGaps() ? settings.overGaps() : settings;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "pgbackup-receiver-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    private final class Listening implements StreamListener {
        @Override
        public void warning(String subject, String message) {
            warnings.add(new Warning(subject, message));
        }

        @Override
        public void stored(WalFileName name) {
            segments.incrementAndGet();
        }
    }

    @Override
    public void run() {
        starter.run(OperationKind.WAL_RECEIVE, operation -> {
            operation.progress().phase("receive");
            try (Watching watching = ways.verbs().watching()) {
                receiver.run(() -> tell(operation));
            }
            tell(operation);
            return true;
        });
    }

    private void tell(Operation operation) {
        for (Warning warning = warnings.poll(); warning != null; warning = warnings.poll()) {
            operation.warn(warning.subject(), warning.message());
        }
        for (int left = segments.getAndSet(0); left > 0; left--) {
            operation.progress().addFile();
        }
        operation.heartbeat();
    }

    @Override
    public ReceiverPosition position() {
        StreamPosition now = receiver.position();
        return new ReceiverPosition(now.timeline().value(), now.server(), now.received(), now.stored());
    }

    @Override
    public void close() {
        receiver.close();
    }
}
