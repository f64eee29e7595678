package io.pgbackup.core.block.change;

import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.record.BlockReference;
import io.pgbackup.core.postgres.wal.record.LogEvent;
import io.pgbackup.core.postgres.wal.record.MalformedWalException;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import io.pgbackup.core.postgres.wal.record.StorageChange;
import io.pgbackup.core.postgres.wal.record.TransactionEnd;
import io.pgbackup.core.postgres.wal.record.WalRecord;

/**
 * Collects what records change, in their order (as {@code walsummarizer.c} does): first what befalls whole files, then pages. Not safe for use by many
 * threads.
 */
public final class ChangeCollector {
    private static final int CHANGES_FILES = 0x01;
    private static final Fork[] DROPPED = {Fork.MAIN, Fork.INIT};

    private final ChangeSet changes;

    /**
     * Adds to a set.
     *
     * @param changes receives what is found
     */
    public ChangeCollector(ChangeSet changes) {
        this.changes = changes;
    }

    /**
     * Adds what a record changes.
     *
     * @param record the next one
     * @throws MalformedWalException if it changes files in a way that is not known
     */
    public void add(WalRecord record) {
        boolean known = record.speaks() && apply(record);
        if (!known && (record.head().info() & CHANGES_FILES) != 0) {
            throw MalformedWalException.unsupported(record, "it changes files in an unknown way");
        }
        for (BlockReference block : record.blocks()) {
            changes.mark(block.relation(), block.block());
        }
    }

    /** What a record says besides its pages; most say nothing. */
    private boolean apply(WalRecord record) {
        LogEvent.levelOf(record).filter(LogEvent.Level::minimal).ifPresent(level -> changes.missChanges());
        return StorageChange.of(record).map(this::apply).orElse(false)
                || TransactionEnd.of(record).map(this::apply).orElse(false);
    }

    private boolean apply(StorageChange change) {
        if (change instanceof StorageChange.Created created) {
            changes.cut(created.relation(), 0);
        } else if (change instanceof StorageChange.Truncated truncated && truncated.main()) {
            changes.cut(truncated.relation(), truncated.blocks());
        } else if (change instanceof StorageChange.DatabaseChanged database) {
            database.directories()
                    .forEach(directory -> changes.replaceDirectory(directory.tablespace(), directory.database()));
        }
        return true;
    }

    private boolean apply(TransactionEnd end) {
        for (RelationFork relation : end.dropped()) {
            for (Fork fork : DROPPED) {
                changes.cut(relation.withFork(fork), 0);
            }
        }
        return true;
    }
}
