package io.pgbackup.restore;

/** How the restored server gets the WAL it replays. Immutable values. */
public sealed interface WalDelivery {
    /**
     * The WAL inside the set is written into the restored directory: recovery needs neither repository nor JVM. Enough for
     * {@link RecoveryTarget#endOfBackup()} only.
     *
     * @return the delivery
     */
    static WalDelivery fromBackup() {
        return FromBackup.INSTANCE;
    }

    /**
     * All WAL that the target needs is brought from the archive into the restored directory: recovery needs neither repository nor JVM, but space. What was received of the newest segment
     * counts, and so does what waits in the spool of the {@link io.pgbackup.wal.WalPolicy}, if it is on this machine.
     *
     * @return the delivery
     */
    static WalDelivery prefetched() {
        return Prefetched.INSTANCE;
    }

    /**
     * The server fetches it while it recovers.
     *
     * @param command {@code restore_command}: a shell command with {@code %f} and {@code %p}, for example what
     *     {@link io.pgbackup.wal.WalService#writeRestoreCommand} returned
     * @return the delivery
     */
    static WalDelivery restoreCommand(String command) {
        return new Command(command);
    }

    /** See {@link WalDelivery#fromBackup()}. */
    enum FromBackup implements WalDelivery {
        /** The only value. */
        INSTANCE
    }

    /** See {@link WalDelivery#prefetched()}. */
    enum Prefetched implements WalDelivery {
        /** The only value. */
        INSTANCE
    }

    /**
     * See {@link WalDelivery#restoreCommand(String)}.
     *
     * @param command the value of the setting
     */
    record Command(String command) implements WalDelivery {
        /** Checks that it can be written on one line. */
        public Command {
            if (command.isBlank() || command.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("a restore command is one line and not blank");
            }
        }
    }
}
