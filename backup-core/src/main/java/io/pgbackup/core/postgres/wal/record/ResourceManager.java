package io.pgbackup.core.postgres.wal.record;

/** Who a record is for: the numbers of PostgreSQL's {@code rmgrlist.h} that are of interest here. Extensions have 128 and above. */
public final class ResourceManager {
    /** The log itself: checkpoints, switches, restore points. */
    public static final int LOG = 0;

    /** Ends of transactions. */
    public static final int TRANSACTION = 1;

    /** Files of relations. */
    public static final int STORAGE = 2;

    /** Directories of databases. */
    public static final int DATABASE = 4;

    private ResourceManager() {}

    /** Whether what a record says besides its pages is worth keeping. */
    static boolean speaks(int resourceManager) {
        return resourceManager == LOG
                || resourceManager == TRANSACTION
                || resourceManager == STORAGE
                || resourceManager == DATABASE;
    }
}
