package io.pgbackup.restore;

/** Where recovery ends. Sealed; more kinds come with WAL archiving. */
public sealed interface RecoveryTarget permits RecoveryTarget.EndOfBackup {
    /**
     * The moment the backup was complete: the earliest consistent state.
     *
     * @return the target
     */
    static RecoveryTarget endOfBackup() {
        return EndOfBackup.INSTANCE;
    }

    /** See {@link RecoveryTarget#endOfBackup()}. */
    enum EndOfBackup implements RecoveryTarget {
        /** The only value. */
        INSTANCE
    }
}
