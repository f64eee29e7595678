package io.pgbackup.examples.quickstart;

import io.pgbackup.PgBackup;
import io.pgbackup.restore.RecoveryAction;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import io.pgbackup.wal.WalService;
import java.nio.file.Path;
import java.time.Instant;

/** Archiving, and the way back to a second. README.md shows what stands between the marks, and a test compares them. */
final class PointInTime {
    private PointInTime() {}

    // README begin
    /** Runs as long as the application does; returns the value for archive_command. */
    static String archive(PgBackup pg, Path directory) {
        WalService service = pg.wal().serve(directory); // closed at the end of the application
        return service.writeArchiveCommand(directory.resolve("archive"));
    }

    /** Everything that was committed up to a time, in a new directory. */
    static void restore(PgBackup pg, Instant time, Path target) {
        pg.restore(RestoreRequest.into(target)
                .recoverTo(RecoveryTarget.time(time))
                .walFrom(WalDelivery.prefetched())
                .whenReached(RecoveryAction.PROMOTE));
    }
    // README end
}
