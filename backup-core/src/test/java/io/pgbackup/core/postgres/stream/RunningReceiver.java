package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.session.ConnectionSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A receiver on a thread of its own. Closing it waits for its end and fails if it had ended with a failure that nobody asked for. */
final class RunningReceiver implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final WalStreamReceiver receiver;
    private final Thread thread;
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private boolean failureSeen;

    RunningReceiver(ConnectionSettings server, StreamSettings settings, WalDestination destination) {
        receiver = new WalStreamReceiver(
                server,
                settings,
                new WalStreamReceiver.Environment(
                        destination, (subject, message) -> warnings.add(subject + ": " + message), Thread::new));
        thread = new Thread(this::run, "receiver");
        thread.start();
    }

    private void run() {
        try {
            receiver.run(() -> {});
        } catch (Throwable e) {
            failure.set(e);
        }
    }

    /** Waits until all up to a position is stored. */
    void awaitStored(Lsn position) {
        await().atMost(PATIENCE)
                .until(() -> !thread.isAlive() || receiver.position().stored().compareTo(position) >= 0);
        assertThat(failure()).isEmpty();
    }

    StreamPosition position() {
        return receiver.position();
    }

    List<String> warnings() {
        return warnings;
    }

    Optional<Throwable> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Waits until it ends by itself. */
    Throwable awaitFailure() {
        await().atMost(PATIENCE).until(() -> !thread.isAlive());
        failureSeen = true;
        return failure().orElseThrow();
    }

    /** As if somebody had cancelled the thread that runs it. */
    void interrupt() {
        thread.interrupt();
    }

    @Override
    public void close() throws InterruptedException {
        receiver.close();
        thread.join(PATIENCE.toMillis());
        assertThat(thread.isAlive()).isFalse();
        if (!failureSeen) {
            assertThat(failure()).isEmpty();
        }
    }
}
