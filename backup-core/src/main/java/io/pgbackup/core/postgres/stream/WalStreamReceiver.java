package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.session.ConnectionSettings;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;

/**
 * Receives the log of a server without end and hands it to a destination. May be closed, and looked at, by any thread.
 *
 * <p>One thread receives, one delivers, one replies, one watches the slot, and one forces to the disk if that is acknowledged; nothing that is slow, be it the
 * destination or the disk, keeps the server waiting for a sign of life.
 */
public final class WalStreamReceiver implements AutoCloseable {
    private static final long HEARTBEAT = Duration.ofMillis(200).toNanos();

    private final ConnectionSettings server;
    private final StreamSettings settings;
    private final Environment environment;
    private final StreamState state;

    /**
     * What is around a receiver.
     *
     * @param destination where received WAL goes
     * @param listener hears what happens
     * @param threads makes its threads
     */
    public record Environment(WalDestination destination, StreamListener listener, ThreadFactory threads) {}

    /**
     * Not yet running.
     *
     * @param server where and as whom, a role with the attribute REPLICATION
     * @param settings how
     * @param environment what is around it
     */
    public WalStreamReceiver(ConnectionSettings server, StreamSettings settings, Environment environment) {
        this.server = server;
        this.settings = settings;
        this.environment = environment;
        this.state = new StreamState(settings.safety().acknowledge());
    }

    /**
     * Receives until it is closed. Broken connections are made anew. Runs once.
     *
     * @param heartbeat called a few times a second by the calling thread; what it throws ends the receiver and is thrown
     * @throws io.pgbackup.error.PgBackupException what does not go away by itself: {@code SLOT_LOST}, {@code WAL_GONE}, {@code WRONG_CLUSTER}, {@code
     *     MISSING_PRIVILEGE}, {@code CONNECTION_FAILED} if the login is refused the first time, or what the destination says
     */
    public void run(Runnable heartbeat) {
        try (FileChannel lockFile = open();
                FileLock lock = lock(lockFile)) {
            runAlone(heartbeat);
        } catch (IOException e) {
            throw StreamFailures.directory(e);
        }
    }

    private FileChannel open() throws IOException {
        Files.createDirectories(settings.directory());
        return FileChannel.open(lockPath(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private Path lockPath() {
        return settings.directory().resolve("receiver.lock");
    }

    private FileLock lock(FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw inUse();
        }
        if (lock == null) {
            throw inUse();
        }
        return lock;
    }

    private ConfigurationException inUse() {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                "another receiver uses the directory " + settings.directory(),
                "Give each receiver a directory and a slot of its own.");
    }

    private void runAlone(Runnable heartbeat) throws IOException {
        StreamListener listener = environment.listener();
        new Leftovers(settings.directory()).bringTo(environment.destination(), new Persistence(state, listener));
        String slot = settings.names().slot();
        Delivery delivery = new Delivery(
                state, environment.destination(), listener, settings.pace().partialAfter());
        Upstream upstream = new Upstream(new SlotGuard(server, slot, listener), delivery, listener);
        Receiving receiving = new Receiving(
                server, settings, new Connection.Parts(state, upstream, delivery, listener, environment.threads()));
        SlotWatch watch = new SlotWatch(
                new SlotGuard(server, slot, listener), state, settings.pace().status());
        Crew crew = new Crew(environment.threads(), receiving, delivery, watch);
        try {
            while (!state.await(state::ending, HEARTBEAT)) {
                heartbeat.run();
            }
        } finally {
            state.end(null);
            receiving.disconnect();
            crew.dismiss();
        }
        state.failure().ifPresent(failure -> {
            throw failure;
        });
    }

    /**
     * How far it is.
     *
     * @return now
     */
    public StreamPosition position() {
        return state.position();
    }

    /** Ends to receive. What has arrived is still stored, unless that takes longer than some seconds; {@link #run} returns then. Idempotent. */
    @Override
    public void close() {
        state.end(null);
    }
}
