package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupOrigin;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.repository.JsonRecord;

/** How the facts about a set are written in its record, and read again. */
public final class StoredFacts {
    private static final String PLACE = "in";
    private static final String IN_ARCHIVE = "archive";

    private StoredFacts() {}

    /**
     * An origin as JSON.
     *
     * @param origin of a copy
     * @return an object
     */
    public static JsonRecord write(BackupOrigin origin) {
        return new JsonRecord()
                .put("repository", origin.repositoryId())
                .put("cluster", origin.cluster())
                .put("label", origin.label().toString());
    }

    static BackupOrigin readOrigin(JsonRecord record) {
        return new BackupOrigin(
                record.text("repository"), record.text("cluster"), BackupLabel.parse(record.text("label")));
    }

    /**
     * Adopted work as JSON.
     *
     * @param adopted what a set took over
     * @return an object
     */
    public static JsonRecord write(AdoptedWork adopted) {
        return new JsonRecord()
                .putTexts(
                        "labels",
                        adopted.labels().stream().map(BackupLabel::toString).toList())
                .put("bytes", adopted.bytes());
    }

    static AdoptedWork readAdopted(JsonRecord record) {
        return new AdoptedWork(
                record.texts("labels").stream().map(BackupLabel::parse).toList(), record.number("bytes"));
    }

    static JsonRecord write(WalRange wal) {
        JsonRecord json = new JsonRecord()
                .put("timeline", wal.timeline())
                .put("start", wal.start().toString())
                .put("stop", wal.stop().toString())
                .put("startSegment", wal.startSegment())
                .put("stopSegment", wal.stopSegment());
        return wal.archived() ? json.put(PLACE, IN_ARCHIVE) : json;
    }

    /**
     * Sizes as JSON.
     *
     * @param sizes what a set holds
     * @return an object
     */
    public static JsonRecord write(BackupSizes sizes) {
        return new JsonRecord()
                .put("cluster", sizes.cluster())
                .put("files", sizes.files())
                .put("read", sizes.read())
                .put("stored", sizes.stored())
                .put("walStored", sizes.walStored())
                .put("manifestStored", sizes.manifestStored())
                .put("pages", sizes.pages())
                .put("changedPages", sizes.changedPages());
    }

    static WalRange readWal(JsonRecord record) {
        return new WalRange(
                record.number("timeline"),
                Lsn.parse(record.text("start")),
                Lsn.parse(record.text("stop")),
                record.text("startSegment"),
                record.text("stopSegment"),
                record.optionalText(PLACE).filter(IN_ARCHIVE::equals).isPresent());
    }

    static BackupSizes readSizes(JsonRecord record) {
        return new BackupSizes(
                record.number("cluster"),
                record.number("files"),
                record.number("read"),
                record.number("stored"),
                record.number("walStored"),
                record.number("manifestStored"),
                0,
                record.number("pages"),
                record.number("changedPages"));
    }
}
