package io.pgbackup.core.postgres.stream;

/** Where receiving goes on when it connects. Each is tried only when what the one before needs is gone for good. */
enum GoOn {
    /** Behind what is stored: nothing will be missing. */
    BEHIND_WHAT_IS_STORED,
    /** From where the slot keeps the log; what lies between is given up. */
    FROM_THE_SLOT,
    /** From what the server writes now: a slot that was made while a checkpoint removed segments may promise one that is gone. */
    FROM_NOW;

    /** Whether more can be given up. */
    boolean mayGiveUp() {
        return this != FROM_NOW;
    }

    GoOn givingUp() {
        return this == BEHIND_WHAT_IS_STORED ? FROM_THE_SLOT : FROM_NOW;
    }
}
