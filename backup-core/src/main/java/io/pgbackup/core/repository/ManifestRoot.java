package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.backup.BadPage;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What a manifest says as a whole. Immutable.
 *
 * @param label of the set
 * @param base what its overlays build upon; empty text for none
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
    public record Page(int number, byte[] header, int entries) {}

    /** Copies lists and maps. */
    public ManifestRoot {
        base = List.copyOf(base);
        files = List.copyOf(files);
        late = List.copyOf(late);
        tablespaces = Map.copyOf(tablespaces);
        databases = Map.copyOf(databases);
        badPages = List.copyOf(badPages);
    }

    byte[] toBytes() {
        return new JsonRecord()
                .put("label", label.toString())
                .putTexts("base", base.stream().map(BackupLabel::toString).toList())
                .put("pageSize", pageSize)
                .put("seed", Long.toHexString(seed))
                .putRecords("files", files.stream().map(ManifestRoot::write).toList())
                .putRecords("late", late.stream().map(ManifestRoot::write).toList())
                .putMap("tablespaces", tablespaces)
                .putMap("databases", databases)
                .putRecords(
                        "badPages", badPages.stream().map(ManifestRoot::write).toList())
                .toBytes();
    }

    private static JsonRecord write(Page page) {
        return new JsonRecord()
                .put("number", page.number())
                .put("header", HexFormat.of().formatHex(page.header()))
                .put("entries", page.entries());
    }

    private static JsonRecord write(BadPage page) {
        return new JsonRecord()
                .put("path", page.path())
                .put("block", page.block())
                .put("reason", page.reason());
    }

    static ManifestRoot parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        return new ManifestRoot(
                BackupLabel.parse(record.text("label")),
                record.texts("base").stream().map(BackupLabel::parse).toList(),
                record.count("pageSize"),
                Long.parseUnsignedLong(record.text("seed"), 16),
                record.records("files").stream().map(ManifestRoot::readPage).toList(),
                record.records("late").stream().map(ManifestRoot::readPage).toList(),
                record.map("tablespaces"),
                record.has("databases") ? record.map("databases") : Map.of(),
                record.records("badPages").stream()
                        .map(page -> new BadPage(page.text("path"), page.number("block"), page.text("reason")))
                        .toList());
    }

    private static Page readPage(JsonRecord record) {
        return new Page(
                record.count("number"), HexFormat.of().parseHex(record.text("header")), record.count("entries"));
    }
}
