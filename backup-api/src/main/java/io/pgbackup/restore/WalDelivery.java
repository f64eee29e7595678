package io.pgbackup.restore;

/** How the restored server gets the WAL it replays. Sealed; more kinds come with WAL archiving. */
public sealed interface WalDelivery permits WalDelivery.FromBackup {
    /**
     * The WAL inside the set is written into the restored directory: recovery needs neither repository nor JVM.
     *
     * @return the delivery
     */
    static WalDelivery fromBackup() {
        return FromBackup.INSTANCE;
    }

    /** See {@link WalDelivery#fromBackup()}. */
    enum FromBackup implements WalDelivery {
        /** The only value. */
        INSTANCE
    }
}
