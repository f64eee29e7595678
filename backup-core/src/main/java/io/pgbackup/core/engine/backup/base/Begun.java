package io.pgbackup.core.engine.backup.base;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.lease.HeldLease;
import io.pgbackup.core.repository.set.AdoptedPages;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A set whose begin is durable.
 *
 * @param label of the set
 * @param lease that names it; released when the set is settled
 * @param base what it is compared with: its base, attempts that it resumes, or both
 * @param seed of the page fingerprints: that of its chain, or of the attempt it resumes, or drawn
 * @param since when it was begun, by the clock
 */
public record Begun(BackupLabel label, HeldLease lease, Optional<BaseSet> base, long seed, Instant since) {
    /** Everything the set leans on, oldest first. */
    public List<BackupLabel> references() {
        return base.map(BaseSet::references).orElse(List.of());
    }

    /** What must be looked at before anything else is done. */
    List<BackupLabel> mustStay() {
        return base.map(BaseSet::mustStay).orElse(List.of());
    }

    /** What it takes over from interrupted attempts. */
    public List<AdoptedPages> adopted() {
        return base.map(BaseSet::adopted).orElse(List.of());
    }
}
