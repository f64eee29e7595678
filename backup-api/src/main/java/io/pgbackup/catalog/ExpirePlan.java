package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What an expire would do, and why. Refused by {@code expire} if the catalog changed since.
 *
 * <p>A backup that is chosen is listed no more from then on, but its data stays for a grace, so that whoever reads it can come to an end: an expire after that
 * deletes it. The grace is counted by the store's clock.
 *
 * @param repository where
 * @param decisions one for each backup, in order of time
 * @param grace how long backups that were chosen stay for those who read them; zero or more
 */
public record ExpirePlan(Repository repository, List<Decision> decisions, Duration grace) {
    /** The grace of a plan that says nothing else. */
    public static final Duration STANDARD_GRACE = Duration.ofHours(24);

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
        Objects.requireNonNull(grace, "grace");
        if (grace.isNegative()) {
            throw new IllegalArgumentException("a grace is not negative: " + grace);
        }
    }

    /**
     * With {@link #STANDARD_GRACE}.
     *
     * @param repository where
     * @param decisions one for each backup, in order of time
     */
    public ExpirePlan(Repository repository, List<Decision> decisions) {
        this(repository, decisions, STANDARD_GRACE);
    }

    /**
     * With another grace for readers; it counts for everything that was chosen so far.
     *
     * @param other zero or more; at zero nobody may be restoring, verifying or copying what was chosen
     * @return a new plan
     */
    public ExpirePlan withGrace(Duration other) {
        return new ExpirePlan(repository, decisions, other);
    }

    /**
     * Without grace: what was chosen is deleted at once, also under the hands of somebody who reads it.
     *
     * @return a new plan
     */
    public ExpirePlan deletingAtOnce() {
        return withGrace(Duration.ZERO);
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
