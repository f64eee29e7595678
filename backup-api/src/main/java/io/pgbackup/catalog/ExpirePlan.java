package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What an expire would do, and why. Refused by {@code expire} if the catalog changed since.
 *
 * @param repository where
 * @param decisions one for each backup, in order of time
 */
public record ExpirePlan(Repository repository, List<Decision> decisions) {
    /**
     * What happens to one backup.
     *
     * @param label the backup
     * @param keep whether it stays
     * @param reason why, for people
     */
    public record Decision(BackupLabel label, boolean keep, String reason) {}

    /** Copies the list. */
    public ExpirePlan {
        decisions = List.copyOf(decisions);
    }

    /**
     * The backups that would go.
     *
     * @return in order of time
     */
    public List<BackupLabel> backupsToDelete() {
        return decisions.stream()
                .filter(decision -> !decision.keep())
                .map(Decision::label)
                .toList();
    }

    /**
     * The decision about every backup.
     *
     * @return a line for each
     */
    public String explain() {
        return decisions.stream()
                .map(decision ->
                        (decision.keep() ? "keep    " : "delete  ") + decision.label() + "  " + decision.reason())
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
