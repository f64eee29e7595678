package io.pgbackup.sftp;

import io.pgbackup.storage.StorageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels of one storage: one connection, made when it is first needed and made again after it was lost, and as many channels as are used at
 * the same time, up to a limit. Beyond it, or where the server allows fewer, channels are shared. Safe for use by many threads.
 */
final class Connections implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Connections.class);

    private final SftpAddress address;
    private final Sftp settings;
    private final List<SftpChannel> channels = new ArrayList<>();
    private @Nullable SshConnection connection;
    private int limit;
    private volatile boolean closed;

    Connections(SftpAddress address, Sftp settings) {
        this.address = address;
        this.settings = settings;
        this.limit = settings.channels();
    }

    /**
     * The server's files, on the channel with the fewest users.
     *
     * @throws IllegalStateException if closed
     */
    synchronized SftpFiles files(String attempted) throws StorageException {
        if (closed) {
            throw new IllegalStateException("cannot " + attempted + ": the storage of " + address + " is closed");
        }
        SshConnection usable = connect();
        channels.removeIf(channel -> !channel.isUsable());
        Optional<SftpChannel> idlest = channels.stream().min(Comparator.comparingInt(SftpChannel::users));
        if (idlest.isPresent() && (idlest.get().users() == 0 || channels.size() >= limit)) {
            return new SftpFiles(idlest.get());
        }
        return new SftpFiles(oneMore(usable, idlest));
    }

    /** The server's files on a channel that nobody uses; empty if all are in use, or there is no connection just now. */
    synchronized Optional<SftpFiles> idleFiles() {
        SshConnection current = connection;
        if (closed || current == null || !current.isUsable()) {
            return Optional.empty();
        }
        channels.removeIf(channel -> !channel.isUsable());
        Optional<SftpChannel> idle =
                channels.stream().filter(channel -> channel.users() == 0).findFirst();
        if (idle.isPresent() || channels.size() >= limit) {
            return idle.map(SftpFiles::new);
        }
        try {
            SftpChannel opened = current.openChannel();
            channels.add(opened);
            return Optional.of(new SftpFiles(opened));
        } catch (StorageException e) {
            LOGGER.debug("{} allows {} channels", address, channels.size(), e);
            limit = Math.max(1, channels.size());
            return Optional.empty();
        }
    }

    private SshConnection connect() throws StorageException {
        SshConnection current = connection;
        if (current != null && current.isUsable()) {
            return current;
        }
        if (current != null) {
            LOGGER.info("the connection to {} was lost and is made again", address);
            dropConnection();
        }
        SshConnection made = SshConnection.open(address, settings);
        connection = made;
        limit = settings.channels();
        return made;
    }

    private SftpChannel oneMore(SshConnection usable, Optional<SftpChannel> otherwise) throws StorageException {
        try {
            SftpChannel opened = usable.openChannel();
            channels.add(opened);
            return opened;
        } catch (StorageException e) {
            if (otherwise.isEmpty() || !otherwise.get().isUsable()) {
                throw e;
            }
            LOGGER.debug("{} allows {} channels", address, channels.size(), e);
            limit = channels.size();
            return otherwise.get();
        }
    }

    private void dropConnection() {
        channels.clear();
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            dropConnection();
        }
    }
}
