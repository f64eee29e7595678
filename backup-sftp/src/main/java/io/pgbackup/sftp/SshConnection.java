package io.pgbackup.sftp;

import com.jcraft.jsch.ChannelSubsystem;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import io.pgbackup.storage.FailedStep;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One connection to the server with its channels. Asks the server for a sign of life while nothing happens. A server that stays silent although
 * somebody waits for it is given up: the connection is cut, and all that wait fail. Safe for use by many threads.
 */
final class SshConnection implements AutoCloseable {
    /** Unanswered signs of life after which the connection is given up. */
    private static final int SIGNS_OF_LIFE = 3;
    /** How often per timeout the watch looks. */
    private static final int LOOKS = 4;

    private final String name;
    private final Session session;
    private final Duration timeout;
    private final List<SftpChannel> channels = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    private SshConnection(String name, Session session, Duration timeout) {
        this.name = name;
        this.session = session;
        this.timeout = timeout;
    }

    /** Connects, checks the server's key, and logs in. */
    static SshConnection open(SftpAddress address, Sftp settings) throws StorageException {
        String attempted = "cannot connect to " + address;
        JSch ssh = new JSch();
        HostKeyCheck hostKeys = hostKeys(settings, ssh);
        Session session = session(address, settings, ssh);
        session.setHostKeyRepository(hostKeys);
        boolean connected = false;
        try {
            Credentials.give(settings.login(), ssh, session);
            session.connect(millis(settings.connectTimeout()));
            // That was the limit for each step of the handshake; from now on the interval of the signs of life.
            session.setTimeout(millis(settings.keepAlive()));
            connected = true;
        } catch (JSchException e) {
            throw ConnectionErrors.classify(attempted, e, hostKeys);
        } finally {
            forget(ssh);
            if (!connected) {
                session.disconnect();
            }
        }
        SshConnection connection = new SshConnection(address.toString(), session, settings.responseTimeout());
        connection.watch();
        return connection;
    }

    private static HostKeyCheck hostKeys(Sftp settings, JSch ssh) throws StorageException {
        try {
            return HostKeyCheck.of(settings.hostKeys(), ssh);
        } catch (IOException | JSchException e) {
            throw StorageDeniedException.at(FailedStep.HOST_KEY, "cannot read the known host keys: " + e, e);
        }
    }

    private static Session session(SftpAddress address, Sftp settings, JSch ssh) throws StorageException {
        try {
            String user = address.user()
                    .orElseThrow(() -> new StorageFaultException("the location " + address
                            + " names no user; write sftp://user@host/path or Sftp...user(name)"));
            Session session = ssh.getSession(user, address.host(), address.port());
            session.setSocketFactory(new Dialer(settings.connectTimeout()));
            session.setDaemonThread(true);
            session.setConfig("StrictHostKeyChecking", "yes");
            session.setServerAliveInterval(millis(settings.keepAlive()));
            session.setServerAliveCountMax(SIGNS_OF_LIFE);
            Algorithms.restrict(session, settings.accepted());
            return session;
        } catch (JSchException e) {
            throw new StorageFaultException("cannot connect to " + address + ": " + e.getMessage(), e);
        }
    }

    private static void forget(JSch ssh) {
        try {
            ssh.removeAllIdentity();
        } catch (JSchException e) {
            throw new IllegalStateException("keys cannot be forgotten", e);
        }
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }

    /** Opens one more channel. */
    SftpChannel openChannel() throws StorageException {
        try {
            SftpChannel channel =
                    SftpChannel.open((ChannelSubsystem) session.openChannel("subsystem"), timeout, channels::add);
            return channel;
        } catch (JSchException e) {
            throw new StorageUnavailableException(
                    "the server does not start its file service (sftp) at " + name + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw SftpErrors.classify("start the file service (sftp) at " + name, e);
        }
    }

    boolean isUsable() {
        return session.isConnected();
    }

    private void watch() {
        Thread watch = new Thread(this::giveUpWhenSilent, "pgbackup-sftp-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private void giveUpWhenSilent() {
        try {
            while (!closing.await(timeout.toMillis() / LOOKS, TimeUnit.MILLISECONDS) && session.isConnected()) {
                channels.removeIf(channel -> !channel.isUsable());
                if (channels.stream().anyMatch(channel -> channel.silence().compareTo(timeout) > 0)) {
                    String message = "no answer within " + timeout;
                    channels.forEach(channel -> channel.fail(new IOException(message)));
                    session.disconnect();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        channels.forEach(SftpChannel::close);
        session.disconnect();
    }
}
