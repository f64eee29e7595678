package io.pgbackup.core.block.change;

/** What should follow in the log does not: there is a gap, or it belongs to another history. */
public final class ChainBrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A break.
     *
     * @param message what does not follow what
     */
    public ChainBrokenException(String message) {
        super(message);
    }
}
