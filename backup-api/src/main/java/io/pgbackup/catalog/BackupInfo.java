package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One backup as the catalog tells it.
 *
 * @param label its name
 * @param repository name of the repository that holds it
 * @param operationId the operation that took it
 * @param base what it directly builds upon; empty for a full one
 * @param references every backup a restore of it needs, oldest first, itself not included; also interrupted attempts whose work was taken over
 * @param adopted what it took over from interrupted attempts
 * @param started when the server began it, by the clock of this library's host
 * @param stopped when it was complete
 * @param wal what it needs of the write-ahead log
 * @param sizes what it holds
 * @param server what it was taken from
 * @param badPages number of pages that failed their check
 * @param annotations what the user kept with it
 * @param origin where it was taken first, if it is a copy; {@code started} and {@code stopped} are those of the origin
 * @param verifications the newest verification of each depth that was done, newest first; empty if it was never verified
 */
public record BackupInfo(
        BackupLabel label,
        String repository,
        String operationId,
        Optional<BackupLabel> base,
        List<BackupLabel> references,
        AdoptedWork adopted,
        Instant started,
        Instant stopped,
        WalRange wal,
        BackupSizes sizes,
        ServerIdentity server,
        long badPages,
        Map<String, String> annotations,
        Optional<BackupOrigin> origin,
        List<Verification> verifications) {
    /** Copies lists and maps. */
    public BackupInfo {
        references = List.copyOf(references);
        annotations = Map.copyOf(annotations);
        verifications = List.copyOf(verifications);
    }

    /**
     * What it stores.
     *
     * @return the type named by the label
     */
    public BackupType type() {
        return label.type();
    }
}
