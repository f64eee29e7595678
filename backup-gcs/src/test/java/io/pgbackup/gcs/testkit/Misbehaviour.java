package io.pgbackup.gcs.testkit;

/** What a server does instead of what it should. Each happens to one request. */
public sealed interface Misbehaviour {
    /**
     * Answers this and does nothing.
     *
     * @param reply the answer
     */
    record Answer(Reply reply) implements Misbehaviour {}

    /**
     * Does what was asked and answers this.
     *
     * @param reply the answer
     */
    record DoAndAnswer(Reply reply) implements Misbehaviour {}

    /** Does what was asked and closes the connection without an answer. */
    record LoseReply() implements Misbehaviour {}

    /**
     * Closes the connection when so many bytes of the request are read, and does nothing.
     *
     * @param bytes how many
     */
    record BreakRequest(int bytes) implements Misbehaviour {}

    /**
     * Closes the connection after so many bytes of the answer.
     *
     * @param bytes how many
     */
    record BreakReply(int bytes) implements Misbehaviour {}

    /**
     * Flips a bit of the answer.
     *
     * @param index of the byte
     */
    record FlipBit(int index) implements Misbehaviour {}

    /**
     * Sends the head of the answer, then nothing for so long.
     *
     * @param milliseconds how long
     */
    record Stall(long milliseconds) implements Misbehaviour {}
}
