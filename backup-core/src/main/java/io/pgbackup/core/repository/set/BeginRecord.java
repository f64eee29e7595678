package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.JsonRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The first object of a set. It says what must not be deleted for its sake, and all that a later set must know to take over the work of this one,
 * should it be interrupted. Immutable.
 *
 * @param label of the set
 * @param holder the operation and its host
 * @param lease number of the lease that names the set
 * @param since when it was begun, by the holder's clock
 * @param leansOn every set it leans on, oldest first: its base's, its base, what it adopted
 * @param origin what it copies; empty if nobody can take over its work
 * @param adopted pages of aborted sets that it builds upon
 * @param lockedUntil until when the store keeps its objects; empty if they are not locked
 */
public record BeginRecord(
        BackupLabel label,
        String holder,
        long lease,
        Instant since,
        List<BackupLabel> leansOn,
        Optional<Origin> origin,
        List<AdoptedPages> adopted,
        Optional<Instant> lockedUntil) {
    /** A set that is not locked. */
    public BeginRecord(
            BackupLabel label,
            String holder,
            long lease,
            Instant since,
            List<BackupLabel> leansOn,
            Optional<Origin> origin,
            List<AdoptedPages> adopted) {
        this(label, holder, lease, since, leansOn, origin, adopted, Optional.empty());
    }

    /**
     * What a set copies.
     *
     * @param server taken from
     * @param seed of its page fingerprints
     */
    public record Origin(ServerIdentity server, long seed) {}

    /** Copies the lists. */
    public BeginRecord {
        leansOn = List.copyOf(leansOn);
        adopted = List.copyOf(adopted);
    }

    /**
     * The committed sets among those it leans on.
     *
     * @return oldest first, and what those adopted among them
     */
    public List<BackupLabel> chain() {
        List<BackupLabel> own = adopted.stream().map(AdoptedPages::label).toList();
        return leansOn.stream().filter(label -> !own.contains(label)).toList();
    }

    BeginRecord locked(Optional<Instant> until) {
        return new BeginRecord(label, holder, lease, since, leansOn, origin, adopted, until);
    }

    byte[] toBytes() {
        JsonRecord record = new JsonRecord()
                .put("label", label.toString())
                .put("holder", holder)
                .put("lease", lease)
                .put("since", since.toString())
                .putTexts("leansOn", leansOn.stream().map(BackupLabel::toString).toList());
        origin.ifPresent(known -> record.put("server", IdentityRecords.write(known.server()))
                .put("seed", Long.toHexString(known.seed())));
        if (!adopted.isEmpty()) {
            record.putRecords("adopted", AdoptedPages.write(adopted));
        }
        lockedUntil.ifPresent(until -> record.put("lockedUntil", until.toString()));
        return record.toBytes();
    }

    static BeginRecord parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        return new BeginRecord(
                BackupLabel.parse(record.text("label")),
                record.text("holder"),
                record.number("lease"),
                Instant.parse(record.text("since")),
                record.texts("leansOn").stream().map(BackupLabel::parse).toList(),
                record.has("seed")
                        ? Optional.of(new Origin(
                                IdentityRecords.read(record.record("server")),
                                Long.parseUnsignedLong(record.text("seed"), 16)))
                        : Optional.empty(),
                AdoptedPages.readFrom(record),
                record.optionalText("lockedUntil").map(Instant::parse));
    }
}
