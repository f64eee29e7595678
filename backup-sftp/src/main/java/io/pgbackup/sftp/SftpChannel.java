package io.pgbackup.sftp;

import com.jcraft.jsch.ChannelSubsystem;
import com.jcraft.jsch.JSchException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One channel of the file protocol, version 3. Requests are numbered, so many threads may use it at once and nobody has to wait for a reply
 * before the next request; a reply that nobody waits for any more is dropped. Requests are collected until somebody waits. Broken once, broken
 * for good: every request, waiting or new, then fails.
 */
final class SftpChannel implements AutoCloseable {
    private static final int PROTOCOL_VERSION = 3;

    private final ChannelSubsystem channel;
    private final Map<Integer, CompletableFuture<SftpReply>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger users = new AtomicInteger();
    private final ReentrantLock sending = new ReentrantLock();
    private final CompletableFuture<SftpReply> version = new CompletableFuture<>();
    private final OutputStream requests;
    private Map<String, String> extensions = Map.of();
    private volatile boolean collected;
    private volatile long lastProgress = System.nanoTime();
    private volatile @Nullable IOException broken;

    private SftpChannel(ChannelSubsystem channel) throws IOException {
        this.channel = channel;
        channel.setSubsystem("sftp");
        channel.setOutputStream(new ReplyReader(new Incoming()));
        this.requests = channel.getOutputStream();
    }

    /** Asks the server for its file transfer service, on a channel that is not connected yet; {@code watch} sees it before anybody waits. */
    static SftpChannel open(ChannelSubsystem channel, Duration timeout, Consumer<SftpChannel> watch)
            throws JSchException, IOException {
        SftpChannel opened = new SftpChannel(channel);
        watch.accept(opened);
        boolean ready = false;
        try {
            channel.connect(Math.toIntExact(timeout.toMillis()));
            opened.negotiate();
            ready = true;
            return opened;
        } finally {
            if (!ready) {
                opened.close();
            }
        }
    }

    private void negotiate() throws IOException {
        write(SftpPacket.init(PROTOCOL_VERSION).followedBy(0), new byte[0], 0);
        SftpReply reply = await(version);
        int offered = reply.int32();
        if (offered < PROTOCOL_VERSION) {
            throw new SftpProtocolException("version " + offered + " of the file protocol, too old");
        }
        Map<String, String> found = new TreeMap<>();
        while (reply.hasMore()) {
            found.put(reply.text(), reply.text());
        }
        extensions = Map.copyOf(found);
    }

    /** Whether the server offers an extension. */
    boolean offers(String extension) {
        return extensions.containsKey(extension);
    }

    /** Sends a request; the future is for {@link #await}. */
    CompletableFuture<SftpReply> send(SftpPacket packet) throws IOException {
        return send(packet, new byte[0], 0);
    }

    /** Sends a request that ends with bytes of the caller's own. */
    CompletableFuture<SftpReply> send(SftpPacket packet, byte[] data, int count) throws IOException {
        int number = numbers.incrementAndGet();
        CompletableFuture<SftpReply> future = new CompletableFuture<>();
        if (waiting.isEmpty()) {
            lastProgress = System.nanoTime();
        }
        waiting.put(number, future);
        IOException reason = broken;
        if (reason != null) {
            waiting.remove(number);
            throw lost(reason);
        }
        write(packet.numbered(number, count), data, count);
        return future;
    }

    private void write(byte[] packet, byte[] data, int count) throws IOException {
        sending.lock();
        try {
            collected = true;
            requests.write(packet);
            requests.write(data, 0, count);
        } catch (IOException e) {
            fail(e);
            throw lost(e);
        } finally {
            sending.unlock();
        }
    }

    /** Sends what was collected. */
    void flush() throws IOException {
        if (!collected) {
            return;
        }
        sending.lock();
        try {
            collected = false;
            requests.flush();
        } catch (IOException e) {
            fail(e);
            throw lost(e);
        } finally {
            sending.unlock();
        }
    }

    /** The reply to a request, whatever it says. */
    SftpReply await(CompletableFuture<SftpReply> reply) throws IOException {
        if (!reply.isDone()) {
            flush();
        }
        try {
            return reply.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("the thread was interrupted").initCause(e);
        } catch (ExecutionException e) {
            throw lost(e.getCause());
        }
    }

    private static IOException lost(@Nullable Throwable cause) {
        return cause instanceof SftpProtocolException protocol
                ? protocol
                : new IOException("the connection was lost: " + (cause == null ? "closed" : cause.getMessage()), cause);
    }

    /** How long somebody has been waiting for the server without a sign of it; zero if nobody waits. */
    Duration silence() {
        boolean busy = !waiting.isEmpty() || sending.isLocked() || !version.isDone();
        return busy ? Duration.ofNanos(System.nanoTime() - lastProgress) : Duration.ZERO;
    }

    boolean isUsable() {
        return broken == null && channel.isConnected();
    }

    /** How many are working with this channel, see {@link #use()}. */
    int users() {
        return users.get();
    }

    void use() {
        users.incrementAndGet();
    }

    void release() {
        users.decrementAndGet();
    }

    /** Ends everything that waits. */
    void fail(IOException reason) {
        if (broken == null) {
            broken = reason;
        }
        version.completeExceptionally(reason);
        for (Integer number : List.copyOf(waiting.keySet())) {
            CompletableFuture<SftpReply> future = waiting.remove(number);
            if (future != null) {
                future.completeExceptionally(reason);
            }
        }
    }

    @Override
    public void close() {
        fail(new IOException("the connection is closed"));
        channel.disconnect();
    }

    private final class Incoming implements ReplyReader.Receiver {
        @Override
        public void progress() {
            lastProgress = System.nanoTime();
        }

        @Override
        public void received(int type, ByteBuffer rest) throws IOException {
            SftpReply reply = new SftpReply(type, rest);
            if (type == SftpPacket.VERSION) {
                version.complete(reply);
                return;
            }
            CompletableFuture<SftpReply> future = waiting.remove(reply.int32());
            if (future == null) {
                IOException stray = new SftpProtocolException("a reply to a request that was never made");
                fail(stray);
                throw stray;
            }
            future.complete(reply);
        }

        @Override
        public void ended() {
            fail(new IOException("the server closed it"));
        }
    }
}
