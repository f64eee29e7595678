package io.pgbackup.core.engine.backup.changes;

import io.pgbackup.core.block.change.CheckpointMark;
import io.pgbackup.core.manifest.FileProof;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.repository.set.ServerMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/** Reads what will tell, at the next backup, whether the server has come from here. */
public final class ServerMarks {
    /** Every server that was restored from a backup with a label, made a standby, or rewound has this, until the next such. */
    private static final ClusterPath LAST_RESTORE = ClusterPath.of("backup_label.old");

    private ServerMarks() {}

    /**
     * The mark of a server as a backup starts.
     *
     * @param files of the server
     * @param started where the backup starts
     * @param label that the server was given for it
     * @return empty if the record of the checkpoint that it starts with cannot be found
     */
    public static Optional<ServerMark> read(ClusterFiles files, StartedBackup started, String label) {
        ControlFile control = files.readControlFile();
        ServerLog log = new ServerLog(files, control);
        boolean last = control.redo().equals(started.start());
        Optional<CheckpointMark> own = last
                ? log.checkpoint(started.timeline(), control.checkpoint())
                : log.checkpointFrom(started.timeline(), started.start());
        return own.map(checkpoint -> new ServerMark(
                checkpoint.position(), checkpoint.checksum(), control.checksumVersion(), label, restored(files)));
    }

    /** What the last restore has left; empty if nothing. */
    static String restored(ClusterFiles files) {
        EntryAttributes unknown = new EntryAttributes(0, 0, new EntryAttributes.Ownership("", ""), Instant.EPOCH);
        Optional<SourceFile> found = files.open(ClusterEntry.file(LAST_RESTORE, unknown));
        if (found.isEmpty()) {
            return "";
        }
        try (SourceFile file = found.get()) {
            byte[] content = new SourceStream(file).readAllBytes();
            return HexFormat.of().formatHex(FileProof.sha256().digest(content));
        } catch (IOException e) {
            throw new UncheckedIOException("a source file does not throw this", e);
        }
    }
}
