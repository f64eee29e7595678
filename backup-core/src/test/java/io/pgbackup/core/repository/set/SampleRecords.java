package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.Lsn;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.WalRange;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Commit records for tests that care for labels and references only. */
public final class SampleRecords {
    private SampleRecords() {}

    public static BackupRecord record(BackupLabel label, List<BackupLabel> references) {
        return new BackupRecord(
                label,
                "operation",
                references,
                AdoptedWork.none(),
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(5),
                new WalRange(
                        1,
                        new Lsn(0x2000028),
                        new Lsn(0x2000120),
                        "000000010000000000000002",
                        "000000010000000000000002"),
                new BackupSizes(1, 2, 3, 4, 5, 6, 0, 8, 9),
                new ServerIdentity(-5, 17, 8192, 16 << 20),
                0,
                Map.of("why", "test"),
                new byte[45]);
    }
}
