package io.pgbackup.core.archive;

import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.JsonRecord;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/** What a repository knows of segments that were given up on purpose. A record counts for the segments that are not there. Safe for use by many threads. */
public final class DroppedWal {
    private final WalArchive archive;

    /**
     * Segments that follow each other and were given up.
     *
     * @param first name of the first
     * @param last name of the last, of the same timeline
     * @param since when the first was given up
     */
    public record Range(WalFileName first, WalFileName last, Instant since) {
        Timeline timeline() {
            return first.timeline();
        }

        ArchivedFiles.Run run(WalSegmentSize size) {
            return new ArchivedFiles.Run(first.segmentNumber(size), last.segmentNumber(size));
        }
    }

    /**
     * Of one identity.
     *
     * @param archive of the identity
     */
    public DroppedWal(WalArchive archive) {
        this.archive = archive;
    }

    /**
     * Records segments, once.
     *
     * @param range which
     */
    public void record(Range range) {
        JsonRecord record = new JsonRecord()
                .put("first", range.first().toString())
                .put("last", range.last().toString())
                .put("since", range.since().toString());
        archive.repository().createRecord(key(range), HeaderKind.DROPPED_WAL, record.toBytes());
    }

    private ObjectKey key(Range range) {
        return archive.layout().dropped().key(range.first() + "-" + range.last());
    }

    /**
     * Everything that was recorded.
     *
     * @return in order of the names
     */
    public List<Range> all() {
        return archive.repository().list(archive.layout().dropped()).objects().stream()
                .map(ObjectInfo::key)
                .map(key -> archive.repository().require(key, HeaderKind.DROPPED_WAL, DroppedWal::parse))
                .toList();
    }

    private static Range parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        WalFileName first = WalFileName.parse(record.text("first"));
        WalFileName last = WalFileName.parse(record.text("last"));
        if (first.kind() != WalFileName.Kind.SEGMENT
                || last.kind() != WalFileName.Kind.SEGMENT
                || !first.timeline().equals(last.timeline())
                || first.position() > last.position()) {
            throw new IllegalArgumentException(first + " to " + last + " is no range of segments");
        }
        return new Range(first, last, Instant.parse(record.text("since")));
    }

    /** Removes records of segments that nobody wants any more. */
    void deleteUnless(Predicate<WalFileName> wanted) {
        List<ObjectKey> old = all().stream()
                .filter(range -> !wanted.test(range.first()) && !wanted.test(range.last()))
                .map(this::key)
                .toList();
        if (!old.isEmpty()) {
            archive.repository().delete(old);
        }
    }
}
