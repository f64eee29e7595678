package io.pgbackup.sftp;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** The answer to a request that is under way. Need not be waited for. */
final class Answer<T> {
    private final SftpChannel channel;
    private final CompletableFuture<SftpReply> reply;
    private final Reading<T> reading;

    Answer(SftpChannel channel, CompletableFuture<SftpReply> reply, Reading<T> reading) {
        this.channel = channel;
        this.reply = reply;
        this.reading = reading;
    }

    /** Makes sense of a reply. */
    @FunctionalInterface
    interface Reading<T> {
        T read(SftpReply reply) throws IOException;
    }

    /**
     * Waits for the answer. Called once.
     *
     * @throws SftpStatusException if the server said that it failed
     * @throws IOException if no proper answer came
     */
    T get() throws IOException {
        return reading.read(channel.await(reply));
    }

    boolean isThere() {
        return reply.isDone();
    }
}
