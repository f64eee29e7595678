package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** Chooses labels: by the clock, but always later than every label present, whatever the clock says. */
public final class Labels {
    private Labels() {}

    /**
     * The next label.
     *
     * @param type of the new set
     * @param base what it builds upon; empty for a full one
     * @param present every label there is
     * @param now by the clock
     * @return a label later than all
     */
    public static BackupLabel next(
            BackupType type, Optional<BackupLabel> base, List<BackupLabel> present, Instant now) {
        LocalDateTime time = LocalDateTime.ofInstant(now, ZoneOffset.UTC).withNano(0);
        for (BackupLabel label : present) {
            if (!time.isAfter(label.time())) {
                time = label.time().plusSeconds(1);
            }
        }
        LocalDateTime chosen = time;
        return base.map(label -> BackupLabel.dependent(type, label.chain(), chosen))
                .orElseGet(() -> BackupLabel.full(chosen));
    }
}
