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
    private static final int PAGE_HEADER = 24;
    private static final int HEAP_PAGES_PER_BYTE = 4;
    private static final Fork[] DROPPED = {Fork.MAIN, Fork.VISIBILITY, Fork.INIT};

    private final ChangeSet changes;
    private final long heapPagesPerVisibilityPage;

    /**
     * Adds to a set.
     *
     * @param changes receives what is found
     * @param pageSize of the cluster's relations, in bytes
     */
    public ChangeCollector(ChangeSet changes, int pageSize) {
        this.changes = changes;
        this.heapPagesPerVisibilityPage = (long) (pageSize - PAGE_HEADER) * HEAP_PAGES_PER_BYTE;
    }

    /**
     * Adds what a record changes.
     *
     * @param record the next one
     * @throws MalformedWalException if it changes files in a way that is not known
     */
    public void add(WalRecord record) {
        LogEvent.levelOf(record).filter(LogEvent.Level::minimal).ifPresent(level -> changes.missChanges());
        boolean known = StorageChange.of(record).map(this::apply).orElse(false)
                || TransactionEnd.of(record).map(this::apply).orElse(false);
        if (!known && (record.head().info() & CHANGES_FILES) != 0) {
            throw MalformedWalException.unsupported(record, "it changes files in an unknown way");
        }
        for (BlockReference block : record.blocks()) {
            changes.mark(block.relation(), block.block());
        }
    }

    private boolean apply(StorageChange change) {
        if (change instanceof StorageChange.Created created) {
            changes.cut(created.relation(), 0);
        } else if (change instanceof StorageChange.Truncated truncated) {
            truncate(truncated);
        } else if (change instanceof StorageChange.DatabaseChanged database) {
            database.directories()
                    .forEach(directory -> changes.replaceDirectory(directory.tablespace(), directory.database()));
        }
        return true;
    }

    private void truncate(StorageChange.Truncated truncated) {
        if (truncated.main()) {
            changes.cut(truncated.relation(), truncated.blocks());
        }
        if (truncated.visibility()) {
            long pages = (truncated.blocks() + heapPagesPerVisibilityPage - 1) / heapPagesPerVisibilityPage;
            changes.cut(truncated.relation().withFork(Fork.VISIBILITY), pages);
        }
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
