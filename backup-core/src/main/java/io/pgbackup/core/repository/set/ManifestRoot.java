package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.backup.BadPage;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.repository.JsonRecord;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What a manifest says as a whole. Immutable.
 *
 * @param label of the set
 * @param base what its overlays build upon; empty text for none
 * @param adopted pages of aborted sets that its overlays build upon as well, oldest first: levels above its base
 * @param pageSize of the cluster, in bytes
 * @param seed of the page fingerprints, drawn by the full backup of the chain
 * @param files pages of the files copied while the server ran, in the order of their paths
 * @param late pages of what was added at the end: backup label, tablespace map, control file, WAL
 * @param tablespaces names of the tablespaces, by OID
 * @param databases names of the databases, by OID; empty in sets of older writers
 * @param badPages pages that failed their check
 */
public record ManifestRoot(
        BackupLabel label,
        List<BackupLabel> base,
        List<AdoptedPages> adopted,
        int pageSize,
        long seed,
        List<Page> files,
        List<Page> late,
        Map<String, String> tablespaces,
        Map<String, String> databases,
        List<BadPage> badPages) {
    /**
     * A manifest page.
     *
     * @param number of its object
     * @param header object header of the page, so that no other can stand in for it; not to be changed
     * @param entries number of entries in it
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Page(int number, byte[] header, int entries) {
        JsonRecord write() {
            return new JsonRecord()
                    .put("number", number)
                    .put("header", HexFormat.of().formatHex(header))
                    .put("entries", entries);
        }

        static Page read(JsonRecord record) {
            return new Page(record.count("number"), readHeader(record, "header"), record.count("entries"));
        }
    }

    /**
     * What a chain is laid together from: all files of a committed set, or the adopted pages of an aborted one.
     *
     * @param label of the set
     * @param pages in the order of their paths
     * @param complete false if the level may lack paths, so that one looks further below
     */
    public record Level(BackupLabel label, List<Page> pages, boolean complete) {}

    /** Copies lists and maps. */
    public ManifestRoot {
        base = List.copyOf(base);
        adopted = List.copyOf(adopted);
        files = List.copyOf(files);
        late = List.copyOf(late);
        tablespaces = Map.copyOf(tablespaces);
        databases = Map.copyOf(databases);
        badPages = List.copyOf(badPages);
    }

    /**
     * The levels that this set adds to those of its base.
     *
     * @return oldest first, the set itself last
     */
    public List<Level> levels() {
        List<Level> levels = new ArrayList<>();
        adopted.forEach(set -> levels.add(new Level(set.label(), set.pages(), false)));
        levels.add(new Level(label, files, true));
        return levels;
    }

    public byte[] toBytes() {
        JsonRecord record = new JsonRecord()
                .put("label", label.toString())
                .putTexts("base", base.stream().map(BackupLabel::toString).toList());
        if (!adopted.isEmpty()) {
            record.putRecords("adopted", AdoptedPages.write(adopted));
        }
        return record.put("pageSize", pageSize)
                .put("seed", Long.toHexString(seed))
                .putRecords("files", files.stream().map(Page::write).toList())
                .putRecords("late", late.stream().map(Page::write).toList())
                .putMap("tablespaces", tablespaces)
                .putMap("databases", databases)
                .putRecords(
                        "badPages", badPages.stream().map(ManifestRoot::write).toList())
                .toBytes();
    }

    private static JsonRecord write(BadPage page) {
        return new JsonRecord()
                .put("path", page.path())
                .put("block", page.block())
                .put("reason", page.reason());
    }

    public static ManifestRoot parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        return new ManifestRoot(
                BackupLabel.parse(record.text("label")),
                record.texts("base").stream().map(BackupLabel::parse).toList(),
                AdoptedPages.readFrom(record),
                readPageSize(record),
                Long.parseUnsignedLong(record.text("seed"), 16),
                record.records("files").stream().map(Page::read).toList(),
                record.records("late").stream().map(Page::read).toList(),
                record.map("tablespaces"),
                record.has("databases") ? record.map("databases") : Map.of(),
                record.records("badPages").stream()
                        .map(page -> new BadPage(page.text("path"), page.number("block"), page.text("reason")))
                        .toList());
    }

    private static int readPageSize(JsonRecord record) {
        int pageSize = record.count("pageSize");
        if (Integer.bitCount(pageSize) != 1 || pageSize > ManifestEntry.File.PLAIN_UNIT) {
            throw new MalformedContentException("pages of a cluster do not have " + pageSize + " bytes");
        }
        return pageSize;
    }

    /** The header of an object that is referred to. One that is too short would let any object stand in for it. */
    static byte[] readHeader(JsonRecord record, String name) {
        byte[] header = HexFormat.of().parseHex(record.text(name));
        if (header.length < ObjectHeader.SHORTEST || header.length > ObjectHeader.LONGEST) {
            throw new MalformedContentException("the field '" + name + "' is a header of " + header.length + " bytes");
        }
        return header;
    }
}
