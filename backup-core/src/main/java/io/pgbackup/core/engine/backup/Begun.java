package io.pgbackup.core.engine.backup;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.HeldLease;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A set whose begin is durable.
 *
 * @param label of the set
 * @param lease that names it; released when the set is settled
 * @param base what it builds upon
 * @param since when it was begun, by the clock
 */
record Begun(BackupLabel label, HeldLease lease, Optional<BaseSet> base, Instant since) {
    /** Everything the set leans on, oldest first. */
    List<BackupLabel> references() {
        return base.map(BaseSet::references).orElse(List.of());
    }
}
