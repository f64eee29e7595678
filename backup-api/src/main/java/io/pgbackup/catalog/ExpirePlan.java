package io.pgbackup.catalog;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an expire would do, and why. Refused by {@code expire} if the catalog changed since.
 *
 * <p>A backup that is chosen is listed no more from then on, but its data stays for a grace, so that whoever reads it can come to an end: an expire after that
 * deletes it. The same holds for WAL between backups that stay. The grace is counted by the store's clock.
 *
 * @param repository where
 * @param decisions one for each backup, in order of time
 * @param grace how long backups that were chosen stay for those who read them; zero or more
 * @param consents what the plan may do because it was said by name
 * @param walOf since how many full backups archived WAL is kept; empty for all of them
 * @param untrustedSource what is believed where the source is not; empty if it is trusted
 */
public record ExpirePlan(
        Repository repository,
        List<Decision> decisions,
        Duration grace,
        Set<DeletionConsent> consents,
        OptionalInt walOf,
        Optional<UntrustedSource> untrustedSource) {
    /** The grace of a plan that says nothing else. */
    public static final Duration STANDARD_GRACE = Duration.ofHours(24);

    /** What decides about a backup. Programs may meet further ones in later versions. */
    public enum Cause {
        /** Kept: among the newest full backups, or depends on one of them. */
        FULL_BACKUPS,
        /** Kept: young enough. */
        AGE,
        /** Kept: needed to restore to some point of the recovery window. */
        RECOVERY_WINDOW,
        /** Kept: the newest of its day, week, month or year. */
        GENERATION,
        /** Kept: there would be too few full backups. */
        MINIMUM,
        /** Kept: the newest backup of all. */
        NEWEST,
        /** Kept: another one that is kept leans on it. */
        NEEDED,
        /** Kept, or deleted with consent: somebody pinned it. */
        PINNED,
        /** Kept: the store does not let it be deleted. */
        LOCKED,
        /** Counts for nothing, because it cannot be restored. */
        DAMAGED,
        /** Deleted: no rule keeps it. */
        EXPIRED,
        /** Deleted because it was named. */
        NAMED,
        /** Deleted because it depends on one that is. */
        DEPENDENT,
        /** Kept, because nobody asked for more. */
        UNTOUCHED
    }

    /**
     * One ground of a decision.
     *
     * @param cause what decides
     * @param text the same for people
     * @param until when this ground ends if nothing else changes; empty if time does not decide
     */
    public record Ground(Cause cause, String text, Optional<Instant> until) {
        /** Checks that all are given. */
        public Ground {
            Objects.requireNonNull(cause, "cause");
            Objects.requireNonNull(text, "text");
            Objects.requireNonNull(until, "until");
        }
    }

    /**
     * What happens to one backup.
     *
     * @param label the backup
     * @param keep whether it stays
     * @param grounds why; at least one
     */
    public record Decision(BackupLabel label, boolean keep, List<Ground> grounds) {
        /** Copies the list. */
        public Decision {
            grounds = List.copyOf(grounds);
        }

        /**
         * A decision made by hand.
         *
         * @param label the backup
         * @param keep whether it stays
         * @param reason why, for people
         */
        public Decision(BackupLabel label, boolean keep, String reason) {
            this(label, keep, List.of(new Ground(keep ? Cause.UNTOUCHED : Cause.NAMED, reason, Optional.empty())));
        }

        /**
         * The grounds for people.
         *
         * @return one line
         */
        public String reason() {
            return grounds.stream().map(Ground::text).collect(Collectors.joining("; "));
        }

        /**
         * When a kept backup goes if nothing but time changes.
         *
         * @return empty if it is not kept, or not by time alone
         */
        public Optional<Instant> until() {
            if (!keep || grounds.stream().anyMatch(ground -> ground.until().isEmpty())) {
                return Optional.empty();
            }
            return grounds.stream().flatMap(ground -> ground.until().stream()).max(Instant::compareTo);
        }

        /**
         * Whether something is among the grounds.
         *
         * @param cause what
         * @return true if so
         */
        public boolean has(Cause cause) {
            return grounds.stream().anyMatch(ground -> ground.cause() == cause);
        }
    }

    /** Copies list and set. */
    public ExpirePlan {
        decisions = List.copyOf(decisions);
        consents = Set.copyOf(consents);
        Objects.requireNonNull(grace, "grace");
        Objects.requireNonNull(walOf, "walOf");
        Objects.requireNonNull(untrustedSource, "untrustedSource");
        if (walOf.isPresent() && untrustedSource.isPresent()) {
            throw new IllegalArgumentException(
                    "a source that is not trusted could make up full backups, so WAL is not kept by their number");
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException("a grace is not negative: " + grace);
        }
    }

    /**
     * Of a source that is trusted.
     *
     * @param repository where
     * @param decisions one for each backup, in order of time
     * @param grace how long backups that were chosen stay for those who read them; zero or more
     * @param consents what the plan may do because it was said by name
     */
    public ExpirePlan(Repository repository, List<Decision> decisions, Duration grace, Set<DeletionConsent> consents) {
        this(repository, decisions, grace, consents, OptionalInt.empty(), Optional.empty());
    }

    /**
     * With {@link #STANDARD_GRACE}, and without consents.
     *
     * @param repository where
     * @param decisions one for each backup, in order of time
     */
    public ExpirePlan(Repository repository, List<Decision> decisions) {
        this(repository, decisions, STANDARD_GRACE, Set.of());
    }

    /**
     * With another grace for readers; it counts for everything that was chosen so far.
     *
     * @param other zero or more; at zero nobody may be restoring, verifying or copying what was chosen
     * @return a new plan
     */
    public ExpirePlan withGrace(Duration other) {
        return new ExpirePlan(repository, decisions, other, consents, walOf, untrustedSource);
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
     * The decision about one backup.
     *
     * @param label of the backup
     * @return empty if the plan does not know it
     */
    public Optional<Decision> decision(BackupLabel label) {
        return decisions.stream()
                .filter(decision -> decision.label().equals(label))
                .findFirst();
    }

    /**
     * The decision about every backup.
     *
     * @return a line for each
     */
    public String explain() {
        return decisions.stream().map(ExpirePlan::explain).collect(Collectors.joining(System.lineSeparator()));
    }

    private static String explain(Decision decision) {
        return (decision.keep() ? "keep    " : "delete  ") + decision.label() + "  " + decision.reason()
                + decision.until().map(until -> "; until " + until).orElse("");
    }
}
