package io.pgbackup.core.engine.backup.changes;

/** The log cannot be trusted to tell all changes: no failure, the pages are read instead. */
final class DoubtException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean missing;

    DoubtException(String reason) {
        this(reason, false);
    }

    private DoubtException(String reason, boolean missing) {
        super(reason);
        this.missing = missing;
    }

    /** Nothing speaks against it, but a part of the log is nowhere to be read. */
    static DoubtException missing(String reason) {
        return new DoubtException(reason, true);
    }

    /** Whether somebody else may know what was not found. */
    boolean missing() {
        return missing;
    }
}
