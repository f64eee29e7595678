package io.pgbackup.core.repository.set;

import io.pgbackup.Lsn;
import io.pgbackup.core.repository.JsonRecord;

/**
 * What tells, at a later backup, whether the server has come from where this one was taken: positions in the log alone do not.
 *
 * @param checkpoint where the record of the checkpoint stands that the backup began with
 * @param checkpointChecksum of that record
 * @param checksumVersion of the pages, from the control file; 0 without
 * @param label that the server was given for the backup
 * @param restored digest of what the last restore or rewind has left in the data directory; empty if nothing
 */
public record ServerMark(Lsn checkpoint, int checkpointChecksum, int checksumVersion, String label, String restored) {
    JsonRecord write() {
        return new JsonRecord()
                .put("checkpoint", checkpoint.toString())
                .put("checksum", Integer.toUnsignedLong(checkpointChecksum))
                .put("pageChecksums", checksumVersion)
                .put("label", label)
                .put("restored", restored);
    }

    static ServerMark read(JsonRecord record) {
        return new ServerMark(
                Lsn.parse(record.text("checkpoint")),
                (int) record.number("checksum"),
                (int) record.number("pageChecksums"),
                record.text("label"),
                record.text("restored"));
    }
}
