package io.pgbackup.core.engine.restore.route;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.SegmentChain;
import io.pgbackup.core.repository.set.BackupRecord;
import java.util.Optional;

/**
 * How far the log leads from a backup. Immutable.
 *
 * @param backup from which
 * @param there what there is of the log
 * @param chain whole segments of it, behind the backup
 * @param stretch the same, and what was received of the next
 */
record Reach(BackupRecord backup, AvailableLog there, SegmentChain chain, Stretch stretch) {
    static Reach of(BackupRecord backup, AvailableLog there, SegmentChain chain) {
        return new Reach(backup, there, chain, Stretch.of(there.source(), chain, there.part(chain)));
    }

    /** Not before the end of the backup, to which the set itself leads. */
    Lsn end() {
        Lsn stop = backup.wal().stop();
        Lsn whole = chain.segments().isEmpty() ? stop : max(chain.end(there.size()), stop);
        return stretch.part().map(begin -> max(begin.end(), whole)).orElse(whole);
    }

    /** Whole segments up to a position. */
    Stretch wholeUntil(Lsn position) {
        return Stretch.of(there.source(), chain.until(position, there.size()), Optional.empty());
    }

    /** For people; without the end of the sentence. */
    String describe(String repository) {
        return "the WAL in repository " + repository + " leads from backup " + backup.label() + " to " + end()
                + " only: " + there.reason(chain);
    }

    private static Lsn max(Lsn one, Lsn other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
