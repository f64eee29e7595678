package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.JsonRecord;
import java.util.List;

/**
 * Manifest pages of an aborted set that another set builds upon: a level of its chain that holds some paths and lacks others. Immutable.
 *
 * @param label of the aborted set
 * @param pages of it, in the order of their paths, and no others whatever may lie beside them
 */
public record AdoptedPages(BackupLabel label, List<ManifestRoot.Page> pages) {
    /** Copies the list. */
    public AdoptedPages {
        pages = List.copyOf(pages);
    }

    static List<JsonRecord> write(List<AdoptedPages> adopted) {
        return adopted.stream()
                .map(set -> new JsonRecord()
                        .put("label", set.label().toString())
                        .putRecords(
                                "pages",
                                set.pages().stream()
                                        .map(ManifestRoot.Page::write)
                                        .toList()))
                .toList();
    }

    /** The field {@code adopted} of a record; sets that took nothing over, and old ones, have none. */
    static List<AdoptedPages> readFrom(JsonRecord record) {
        return record.optionalRecords("adopted").stream()
                .map(set -> new AdoptedPages(
                        BackupLabel.parse(set.text("label")),
                        set.records("pages").stream()
                                .map(ManifestRoot.Page::read)
                                .toList()))
                .toList();
    }
}
