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
