package io.pgbackup.core.archive;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchivedFiles.Run;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.JsonRecord;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Marks of what retention has chosen to remove between sets that stay, on every timeline. What is marked is there for those who are already restoring, and for nobody who plans anew. Safe for use by
 * many threads.
 */
public final class ThinnedWal {
    private final WalArchive archive;
    private final WalSegmentSize size;

    /**
     * A mark.
     *
     * @param run numbers of the segments
     * @param since when it was made, by the store's clock
     */
    record Mark(Run run, Instant since) {
        boolean covers(long segment) {
            return run.first() <= segment && segment <= run.last();
        }

        boolean covers(Mark other) {
            return covers(other.run.first()) && covers(other.run.last());
        }
    }

    /**
     * Of one identity.
     *
     * @param archive of the identity
     * @param size of its segments
     */
    public ThinnedWal(WalArchive archive, WalSegmentSize size) {
        this.archive = archive;
        this.size = size;
    }

    /**
     * What nobody should plan with.
     *
     * @return true of files within marks, as they are now
     */
    public Predicate<WalFileName> hidden() {
        List<Mark> marks = all();
        return name -> name.kind() != WalFileName.Kind.TIMELINE_HISTORY
                && marks.stream().anyMatch(mark -> mark.covers(name.segmentNumber(size)));
    }

    List<Mark> all() {
        return archive.repository().list(archive.layout().thinned()).objects().stream()
                .map(this::read)
                .toList();
    }

    private Mark read(ObjectInfo info) {
        Run run = archive.repository().require(info.key(), HeaderKind.THINNED_WAL, bytes -> parse(bytes));
        return new Mark(run, info.created());
    }

    private Run parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        Run run = new Run(
                size.segmentOf(Lsn.parse(record.text("from"))), size.segmentBefore(Lsn.parse(record.text("until"))));
        if (run.first() > run.last()) {
            throw new IllegalArgumentException(run + " is no range of segments");
        }
        return run;
    }

    /** Once; what is marked already stays as old as it is. */
    void mark(Run run) {
        JsonRecord record = new JsonRecord()
                .put("from", size.startOf(run.first()).toString())
                .put("until", size.startOf(run.last() + 1).toString());
        archive.repository().createRecord(key(run), HeaderKind.THINNED_WAL, record.toBytes());
    }

    void remove(Collection<Mark> marks) {
        if (!marks.isEmpty()) {
            archive.repository()
                    .delete(marks.stream().map(mark -> key(mark.run())).toList());
        }
    }

    private ObjectKey key(Run run) {
        return archive.layout().thinned().key(String.format(Locale.ROOT, "%016X-%016X", run.first(), run.last()));
    }
}
