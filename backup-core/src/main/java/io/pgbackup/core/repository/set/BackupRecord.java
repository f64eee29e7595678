package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.BackupOrigin;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.Verification;
import io.pgbackup.catalog.WalRange;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.JsonRecord;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The commit record: a set exists because this exists. Immutable.
 *
 * @param label of the set
 * @param operationId that took it
 * @param references every set it leans on, oldest first, its base and then what it adopted last; empty for a full one without
 * @param adopted which of them are aborted sets whose work it took over, and how much
 * @param started when the server began, by the writer's clock
 * @param stopped when it was complete
 * @param wal the range it needs
 * @param sizes what it holds; {@code storedWithReferences} is derived, not stored
 * @param server what it was taken from
 * @param badPages number of pages that failed their check
 * @param annotations of the user
 * @param manifestRoot object header of the manifest's root, so that no other can stand in for it; not to be changed
 * @param origin where it was taken first, if it is a copy
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record BackupRecord(
        BackupLabel label,
        String operationId,
        List<BackupLabel> references,
        AdoptedWork adopted,
        Instant started,
        Instant stopped,
        WalRange wal,
        BackupSizes sizes,
        ServerIdentity server,
        long badPages,
        Map<String, String> annotations,
        byte[] manifestRoot,
        Optional<BackupOrigin> origin) {
    /** In order of the times at which their contents were taken: a copy stands where its origin stood. */
    public static final Comparator<BackupRecord> BY_TIME = Comparator.comparing(
                    (BackupRecord record) -> record.takenAs().time())
            .thenComparing(BackupRecord::label);

    /** Copies lists and maps. */
    public BackupRecord {
        references = List.copyOf(references);
        annotations = Map.copyOf(annotations);
        int own = references.size() - adopted.labels().size();
        if (own < 0 || !references.subList(own, references.size()).equals(adopted.labels())) {
            throw new IllegalArgumentException(adopted.labels() + " are not the last of " + references);
        }
    }

    /** A set that is no copy. */
    public BackupRecord(
            BackupLabel label,
            String operationId,
            List<BackupLabel> references,
            AdoptedWork adopted,
            Instant started,
            Instant stopped,
            WalRange wal,
            BackupSizes sizes,
            ServerIdentity server,
            long badPages,
            Map<String, String> annotations,
            byte[] manifestRoot) {
        this(
                label,
                operationId,
                references,
                adopted,
                started,
                stopped,
                wal,
                sizes,
                server,
                badPages,
                annotations,
                manifestRoot,
                Optional.empty());
    }

    /**
     * The label that tells when the content was taken.
     *
     * @return that of the origin, if it is a copy
     */
    public BackupLabel takenAs() {
        return origin.map(BackupOrigin::label).orElse(label);
    }

    /**
     * What it directly builds upon.
     *
     * @return empty for a full one
     */
    public Optional<BackupLabel> base() {
        int count = references.size() - adopted.labels().size();
        return count == 0 ? Optional.empty() : Optional.of(references.get(count - 1));
    }

    /**
     * The record as users see it.
     *
     * @param repository name of the repository
     * @param storedBelow {@linkplain #heldBytes() held} by the committed sets it leans on
     * @return the facts, without verifications
     */
    public BackupInfo toInfo(String repository, long storedBelow) {
        return toInfo(repository, storedBelow, List.of());
    }

    /**
     * The record as users see it.
     *
     * @param repository name of the repository
     * @param storedBelow {@linkplain #heldBytes() held} by the committed sets it leans on
     * @param verifications newest first
     * @return the facts
     */
    public BackupInfo toInfo(String repository, long storedBelow, List<Verification> verifications) {
        BackupSizes complete = new BackupSizes(
                sizes.cluster(),
                sizes.files(),
                sizes.read(),
                sizes.stored(),
                sizes.walStored(),
                sizes.manifestStored(),
                heldBytes() + storedBelow,
                sizes.pages(),
                sizes.changedPages());
        return new BackupInfo(
                label,
                repository,
                operationId,
                base(),
                references,
                adopted,
                started,
                stopped,
                wal,
                complete,
                server,
                badPages,
                annotations,
                origin,
                verifications);
    }

    /**
     * Bytes of this set alone.
     *
     * @return data, WAL and manifest
     */
    public long ownBytes() {
        return sizes.stored() + sizes.walStored() + sizes.manifestStored();
    }

    /**
     * Bytes that are kept for this set and not for its base.
     *
     * @return its own, and what it took over from aborted sets
     */
    public long heldBytes() {
        return ownBytes() + adopted.bytes();
    }

    /**
     * Whether the set holds the WAL between its start and its end.
     *
     * @return false if a restore needs it from the archive
     */
    public boolean holdsWal() {
        return !wal.archived();
    }

    /**
     * The record as it is stored.
     *
     * @return JSON
     */
    public byte[] toBytes() {
        JsonRecord record = new JsonRecord()
                .put("label", label.toString())
                .put("operation", operationId)
                .putTexts(
                        "references",
                        references.stream().map(BackupLabel::toString).toList());
        if (!adopted.labels().isEmpty()) {
            record.put("adopted", StoredFacts.write(adopted));
        }
        record.put("started", started.toString())
                .put("stopped", stopped.toString())
                .put("wal", StoredFacts.write(wal))
                .put("sizes", StoredFacts.write(sizes))
                .put("server", IdentityRecords.write(server))
                .put("badPages", badPages)
                .putMap("annotations", annotations)
                .put("manifest", HexFormat.of().formatHex(manifestRoot));
        origin.ifPresent(from -> record.put("origin", StoredFacts.write(from)));
        return record.toBytes();
    }

    /**
     * Reads a record.
     *
     * @param bytes JSON
     * @return the record
     */
    public static BackupRecord parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        return new BackupRecord(
                BackupLabel.parse(record.text("label")),
                record.text("operation"),
                record.texts("references").stream().map(BackupLabel::parse).toList(),
                record.has("adopted") ? StoredFacts.readAdopted(record.record("adopted")) : AdoptedWork.none(),
                Instant.parse(record.text("started")),
                Instant.parse(record.text("stopped")),
                StoredFacts.readWal(record.record("wal")),
                StoredFacts.readSizes(record.record("sizes")),
                IdentityRecords.read(record.record("server")),
                record.number("badPages"),
                record.map("annotations"),
                ManifestRoot.readHeader(record, "manifest"),
                record.has("origin") ? Optional.of(StoredFacts.readOrigin(record.record("origin"))) : Optional.empty());
    }
}
