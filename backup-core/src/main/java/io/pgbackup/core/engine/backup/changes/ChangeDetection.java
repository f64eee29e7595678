package io.pgbackup.core.engine.backup.changes;

import io.pgbackup.Lsn;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.block.change.ChangeSet;
import io.pgbackup.core.block.change.ChangeWindow;
import io.pgbackup.core.block.change.CheckpointMark;
import io.pgbackup.core.engine.backup.base.BaseSet;
import io.pgbackup.core.engine.backup.source.BackupSource;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.session.ServerSummaries;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.ServerMark;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.core.work.Cancellation;
import io.pgbackup.error.RepositoryException;
import java.util.Optional;

/**
 * Decides whether the log may say which pages changed since a base: only if it is proved that the server has come from there, and that the log between is
 * whole. A rule for each way in which that may not be so; the first that is in doubt is the answer. For one lane of one backup.
 */
public final class ChangeDetection {
    private final Means means;
    private final BackupSource source;
    private final SetRecords records;
    private final WalArchive archive;

    /**
     * What is the same for all lanes.
     *
     * @param source what is backed up; it has started
     * @param cancellation of the operation
     * @param heartbeat called now and then
     */
    public record Means(BackupSource source, Cancellation cancellation, Runnable heartbeat) {}

    /**
     * For one lane.
     *
     * @param means what is the same for all
     * @param records of the sets in the lane's repository
     * @param archive of the cluster's current identity there
     */
    public ChangeDetection(Means means, SetRecords records, WalArchive archive) {
        this.means = means;
        this.source = means.source();
        this.records = records;
        this.archive = archive;
    }

    /**
     * What is known of pages.
     *
     * @param known what the lane builds upon; empty if nothing
     * @param started where the backup started
     * @return changes since the base's start, or why they are not known
     */
    public KnownChanges detect(Optional<BaseSet> known, StartedBackup started) {
        try {
            return detected(known, started);
        } catch (DoubtException e) {
            return KnownChanges.none(String.valueOf(e.getMessage()));
        } catch (RepositoryException e) {
            return KnownChanges.none("what the base notes cannot be read: " + e.getMessage());
        }
    }

    private KnownChanges detected(Optional<BaseSet> known, StartedBackup started) throws DoubtException {
        BackupRecord base = known.flatMap(BaseSet::record)
                .orElseThrow(() -> new DoubtException("there is no backup to build upon"));
        if (known.filter(BaseSet::resumes).isPresent()) {
            throw new DoubtException("an interrupted backup is resumed");
        }
        if (base.badPages() > 0) {
            throw new DoubtException(base.label() + " has damaged pages: whether they still are is to be seen");
        }
        ServerMark mark = records.mark(base.label())
                .orElseThrow(() -> new DoubtException(base.label() + " does not tell which server it was taken from"));
        requireSameFiles(mark, base);
        ServerLog log = new ServerLog(source.files(), source.control());
        TimelineHistory history = log.history(started.timeline());
        requireOnHistory(base, history, started);
        try {
            return byLog(base, mark, new LogWindow(log, archive, history, means), started);
        } catch (DoubtException e) {
            if (e.missing() && log.remembers(base.wal().start(), mark.label())) {
                return byServer(base, history, started).orElseThrow(() -> e);
            }
            throw e;
        }
    }

    private KnownChanges byLog(BackupRecord base, ServerMark mark, LogWindow window, StartedBackup started)
            throws DoubtException {
        Lsn from = base.wal().start();
        ChangeWindow changes = window.join(from, started.start());
        if (!changes.holds(new CheckpointMark(mark.checkpoint(), mark.checkpointChecksum()))) {
            throw new DoubtException("the checkpoint of " + base.label()
                    + " is not part of this server's log: the server was" + " turned back, or is another one");
        }
        if (!changes.changes().complete()) {
            throw new DoubtException("the server ran with wal_level=minimal meanwhile: not all changes were logged");
        }
        return KnownChanges.of(
                changes.changes(), "the log from " + from + " to " + started.start() + ", " + window.sources());
    }

    /** The server has gone through the base itself, and read every record since. */
    private Optional<KnownChanges> byServer(BackupRecord base, TimelineHistory history, StartedBackup started)
            throws DoubtException {
        Optional<ServerSummaries> summaries = source.summaries();
        if (summaries.isEmpty()) {
            return Optional.empty();
        }
        Lsn from = base.wal().start();
        ChangeSet changes = new ServerSummaryWindow(summaries.get(), history, means).changes(from, started.start());
        return Optional.of(
                KnownChanges.of(changes, "the server's own summaries from " + from + " to " + started.start()));
    }

    /** What changes pages and is in no log. */
    private void requireSameFiles(ServerMark mark, BackupRecord base) throws DoubtException {
        ControlFile control = source.control();
        if (mark.checksumVersion() != control.checksumVersion()) {
            throw new DoubtException("page checksums were switched since " + base.label());
        }
        if (!mark.restored().equals(ServerMarks.restored(source.files()))) {
            throw new DoubtException("the data directory was restored, rewound or made anew since " + base.label()
                    + ", or is another server's");
        }
    }

    private static void requireOnHistory(BackupRecord base, TimelineHistory history, StartedBackup started)
            throws DoubtException {
        WalRange range = base.wal();
        if (!history.includes(new Timeline(range.timeline()), range.stop())) {
            throw new DoubtException(base.label() + " ended at " + range.stop() + " on timeline " + range.timeline()
                    + ", which is not part of the history of this server's timeline " + history.timeline());
        }
        if (range.start().compareTo(started.start()) > 0) {
            throw new DoubtException(base.label() + " started at " + range.start() + ", behind " + started.start()
                    + ", where this server is");
        }
    }
}
