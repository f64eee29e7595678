package io.pgbackup.core.block.change;

import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.files.RelationFile;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import java.util.Optional;

/**
 * What must be read of a file of a relation, if all else is as in an earlier backup (rule: {@code GetFileBackupMethod} in {@code basebackup_incremental.c},
 * but maps are never decided by the log).
 *
 * @param whole whether nothing is known of the file: all of it must be read and compared
 * @param pages what must be read, counted from the file's begin, if it is not whole
 */
public record FileDecision(boolean whole, UnitRuns pages) {
    /** All of it. */
    public static final FileDecision WHOLE = new FileDecision(true, UnitRuns.EMPTY);

    /** Above this share reading all of it is cheaper. */
    private static final double MOST_LISTED = 0.9;

    /**
     * A file that is both in the cluster and in the earlier backup.
     *
     * @param relation which
     * @param now its pages in the cluster
     * @param before its pages in the earlier backup
     * @param perSegment how many pages a file has at most, from the control file
     */
    public record Sizes(RelationFile relation, int now, int before, long perSegment) {}

    /**
     * Whether nothing at all is to be read.
     *
     * @return true if the file is as in the earlier backup
     */
    public boolean unchanged() {
        return !whole && pages.isEmpty();
    }

    /**
     * Decides.
     *
     * @param changes of the window from the earlier backup's start to that of the new one
     * @param sizes of the file, whole pages only
     * @return what to read
     */
    public static FileDecision of(ChangeSet changes, Sizes sizes) {
        RelationFile file = sizes.relation();
        Fork fork = file.name().fork();
        if (fork != Fork.MAIN || changes.replacedDirectory(file.tablespace(), file.database())) {
            return WHOLE;
        }
        RelationFork named =
                new RelationFork(file.tablespace(), file.database(), file.name().fileNode(), fork);
        Optional<ForkChanges> found = changes.find(named);
        int kept = Math.min(sizes.now(), sizes.before());
        UnitRuns.Builder pages = new UnitRuns.Builder();
        if (found.isPresent()) {
            long first = file.name().segment() * sizes.perSegment();
            long limit = found.get().limitOrEnd();
            if (limit <= first) {
                return WHOLE;
            }
            kept = (int) Math.min(kept, limit - first);
            if (kept > 0) {
                pages.addAll(found.get().blocks().within(first, kept));
            }
        }
        if (kept < sizes.now()) {
            pages.add(kept, sizes.now() - kept);
        }
        UnitRuns wanted = pages.build();
        return wanted.count() > MOST_LISTED * sizes.now() ? WHOLE : new FileDecision(false, wanted);
    }
}
