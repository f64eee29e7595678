package io.pgbackup.core.engine.backup.source;

import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.ClusterFiles;
import io.pgbackup.core.postgres.files.ClusterScan;
import io.pgbackup.core.postgres.files.ScanOptions;
import java.util.Optional;

/** How much there is to read: a walk that opens no file. */
public final class SourceEstimate {
    private SourceEstimate() {}

    public static long of(ClusterFiles files, ScanOptions options, Runnable heartbeat) {
        long bytes = 0;
        try (ClusterScan scan = files.scan(options)) {
            for (Optional<ClusterEntry> entry = scan.next(); entry.isPresent(); entry = scan.next()) {
                bytes += entry.get().size();
                heartbeat.run();
            }
        }
        return bytes;
    }
}
