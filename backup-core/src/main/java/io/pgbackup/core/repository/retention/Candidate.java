package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.Pin;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;

/**
 * A set as retention sees it. Immutable.
 *
 * @param label of the set
 * @param taken the time its label had where it was taken, which no clock that went wrong can bring out of order
 * @param references every set it leans on; those that were never committed are no candidates themselves
 * @param stopped when it was complete, by a clock that may have been wrong
 * @param defect why it cannot be restored; empty if nothing is known against it
 * @param pin the pin that holds; empty if none
 * @param lockedUntil until when the store does not let it be deleted; empty if it does
 */
public record Candidate(
        BackupLabel label,
        LocalDateTime taken,
        List<BackupLabel> references,
        Instant stopped,
        Optional<Defect> defect,
        Optional<Pin> pin,
        Optional<Instant> lockedUntil) {
    /**
     * Why a set counts for nothing.
     *
     * @param unreadable whether its record could not be read, maybe because a newer version wrote it: then it is not known to be worthless
     * @param text what is wrong, for people
     */
    public record Defect(boolean unreadable, String text) {}

    /** Copies the list. */
    public Candidate {
        references = List.copyOf(references);
    }

    /**
     * Whether it can be restored, as far as is known.
     *
     * @return false if it counts for nothing
     */
    public boolean isUsable() {
        return defect.isEmpty();
    }

    /**
     * Whether it is a full one that can be restored: what the minimum counts.
     *
     * @return false for everything else
     */
    public boolean isUsableFull() {
        return isUsable() && label.type() == BackupType.FULL;
    }
}
