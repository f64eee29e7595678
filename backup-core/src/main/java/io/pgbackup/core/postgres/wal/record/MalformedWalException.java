package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;

/** The log cannot be read on. Whoever knows where the bytes came from says what that means. */
public final class MalformedWalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final WalProblem problem;
    private final long position;

    MalformedWalException(WalProblem problem, Lsn position, String message) {
        super("at " + position + ": " + message);
        this.problem = problem;
        this.position = position.value();
    }

    /**
     * A record that may be sound but is not understood.
     *
     * @param record which
     * @param reason what is not understood
     * @return to be thrown
     */
    public static MalformedWalException unsupported(WalRecord record, String reason) {
        String kind = " (resource manager " + record.head().resourceManager() + ", operation "
                + Integer.toHexString(record.head().operation()) + ")";
        return new MalformedWalException(WalProblem.UNSUPPORTED, record.start(), "record not known: " + reason + kind);
    }

    /**
     * Bytes are missing.
     *
     * @param position of the first of them
     * @return to be thrown
     */
    public static MalformedWalException cut(Lsn position) {
        return new MalformedWalException(WalProblem.END, position, "the segment was cut off");
    }

    /**
     * A record across the border of a segment is longer than can be kept.
     *
     * @param segment where the segment begins
     * @return to be thrown
     */
    public static MalformedWalException tooLong(Lsn segment) {
        return new MalformedWalException(
                WalProblem.UNSUPPORTED, segment, "a record that crosses the segment's border is too long to be kept");
    }

    /**
     * What kind of problem it is.
     *
     * @return what decides how to go on
     */
    public WalProblem problem() {
        return problem;
    }

    /**
     * Where it was met.
     *
     * @return the begin of the page or record
     */
    public Lsn position() {
        return new Lsn(position);
    }
}
