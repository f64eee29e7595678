package io.pgbackup.catalog;

import io.pgbackup.catalog.RetentionRule.Every;
import io.pgbackup.catalog.RetentionRule.FullBackups;
import io.pgbackup.catalog.RetentionRule.Generations;
import io.pgbackup.catalog.RetentionRule.RecoveryWindow;
import io.pgbackup.catalog.RetentionRule.YoungerThan;
import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Which backups to keep: one or more rules, of which each keeps what it names, so that adding a rule never removes more. Whatever the rules say, the newest
 * backup and at least one full backup stay ({@link #atLeast}), a kept backup keeps everything it leans on, and pinned backups stay. A backup that failed or is
 * damaged counts for nothing. Immutable.
 */
public final class Retention {
    private final List<RetentionRule> rules;
    private final int minimum;
    private final OptionalInt walOf;
    private final Optional<UntrustedSource> untrusted;

    private Retention(List<RetentionRule> rules, int minimum) {
        this(rules, minimum, OptionalInt.empty(), Optional.empty());
    }

    private Retention(List<RetentionRule> rules, int minimum, OptionalInt walOf, Optional<UntrustedSource> untrusted) {
        if (walOf.isPresent() && untrusted.isPresent()) {
            throw new IllegalArgumentException(
                    "a source that is not trusted could make up full backups, so WAL is not kept by their number");
        }
        this.rules = List.copyOf(rules);
        this.minimum = minimum;
        this.walOf = walOf;
        this.untrusted = untrusted;
    }

    /**
     * Keeps the newest full backups and everything that depends on them.
     *
     * @param count at least 1
     * @return the retention
     */
    public static Retention keepFullBackups(int count) {
        return new Retention(List.of(new FullBackups(count, OptionalInt.empty())), 1);
    }

    /**
     * Keeps every backup younger than an age.
     *
     * @param age longer than nothing; the end of a backup counts
     * @return the retention
     */
    public static Retention keepYoungerThan(Duration age) {
        return new Retention(List.of(new YoungerThan(age)), 1);
    }

    /**
     * Keeps every backup younger than an age.
     *
     * @param age by the calendar in UTC, longer than nothing; the end of a backup counts
     * @return the retention
     */
    public static Retention keepYoungerThan(Period age) {
        return new Retention(List.of(new YoungerThan(age)), 1);
    }

    /**
     * Keeps what is needed to restore to any point of the recent past.
     *
     * @param length how far back, longer than nothing
     * @return the retention
     */
    public static Retention keepRecoveryWindow(Duration length) {
        return new Retention(List.of(new RecoveryWindow(length)), 1);
    }

    /**
     * Keeps what is needed to restore to any point of the recent past.
     *
     * @param length how far back, by the calendar in UTC, longer than nothing
     * @return the retention
     */
    public static Retention keepRecoveryWindow(Period length) {
        return new Retention(List.of(new RecoveryWindow(length)), 1);
    }

    /**
     * Keeps the newest backup of each of the newest periods that have one.
     *
     * @param every the period, in UTC
     * @param count how many periods, at least 1
     * @return the retention
     */
    public static Retention keepGenerations(Every every, int count) {
        return new Retention(List.of(new Generations(every, count)), 1);
    }

    /**
     * Of the full backups kept by count, only the newest differential backups each, and whatever was taken since the oldest of these. A full backup with fewer
     * differential ones keeps everything that depends on it.
     *
     * @param count at least 1
     * @return a new retention
     * @throws IllegalStateException if full backups are not kept by count, or this was said already
     */
    public Retention withDifferentials(int count) {
        List<RetentionRule> changed = new ArrayList<>(rules);
        for (int index = 0; index < changed.size(); index++) {
            if (changed.get(index) instanceof FullBackups fulls
                    && fulls.differentials().isEmpty()) {
                changed.set(index, new FullBackups(fulls.count(), OptionalInt.of(count)));
                return new Retention(changed, minimum, walOf, untrusted);
            }
        }
        throw new IllegalStateException("differential backups are limited once, behind keepFullBackups: " + this);
    }

    /**
     * Keeps also the newest full backups and everything that depends on them.
     *
     * @param count at least 1
     * @return a new retention
     */
    public Retention andFullBackups(int count) {
        return and(new FullBackups(count, OptionalInt.empty()));
    }

    /**
     * Keeps also every backup younger than an age.
     *
     * @param age longer than nothing
     * @return a new retention
     */
    public Retention andYoungerThan(Duration age) {
        return and(new YoungerThan(age));
    }

    /**
     * Keeps also every backup younger than an age.
     *
     * @param age by the calendar in UTC, longer than nothing
     * @return a new retention
     */
    public Retention andYoungerThan(Period age) {
        return and(new YoungerThan(age));
    }

    /**
     * Keeps also what is needed to restore to any point of the recent past.
     *
     * @param length how far back, longer than nothing
     * @return a new retention
     */
    public Retention andRecoveryWindow(Duration length) {
        return and(new RecoveryWindow(length));
    }

    /**
     * Keeps also what is needed to restore to any point of the recent past.
     *
     * @param length how far back, by the calendar in UTC, longer than nothing
     * @return a new retention
     */
    public Retention andRecoveryWindow(Period length) {
        return and(new RecoveryWindow(length));
    }

    /**
     * Keeps also the newest backup of each of the newest periods that have one.
     *
     * @param every the period, in UTC
     * @param count how many periods, at least 1
     * @return a new retention
     */
    public Retention andGenerations(Every every, int count) {
        return and(new Generations(every, count));
    }

    private Retention and(RetentionRule rule) {
        if (rules.stream().anyMatch(other -> isSame(other, rule))) {
            throw new IllegalArgumentException("a rule of this kind is given twice: " + this + " and " + rule);
        }
        List<RetentionRule> changed = new ArrayList<>(rules);
        changed.add(rule);
        return new Retention(changed, minimum, walOf, untrusted);
    }

    private static boolean isSame(RetentionRule one, RetentionRule other) {
        return one.getClass() == other.getClass()
                && !(one instanceof Generations first
                        && other instanceof Generations second
                        && first.every() != second.every());
    }

    /**
     * Never fewer full backups than this, whatever ages and periods say; 1 unless said otherwise. Incremental and differential backups do not count.
     *
     * @param fullBackups at least 1
     * @return a new retention
     */
    public Retention atLeast(int fullBackups) {
        if (fullBackups < 1) {
            throw new IllegalArgumentException("at least one full backup is kept, not " + fullBackups);
        }
        return new Retention(rules, fullBackups, walOf, untrusted);
    }

    /**
     * Believes nothing that whoever writes the backups could have made up.
     *
     * @param distrust what is believed instead
     * @return a new retention
     */
    public Retention withUntrustedSource(UntrustedSource distrust) {
        return new Retention(rules, minimum, walOf, Optional.of(distrust));
    }

    /**
     * What is believed where the source is not.
     *
     * @return empty if the source is trusted
     */
    public Optional<UntrustedSource> untrustedSource() {
        return untrusted;
    }

    /**
     * Keeps archived WAL only since the newest full backups; older backups keep what brings them to their own end. Unless this is said, WAL is kept since
     * the oldest backup, so that one can recover to any point since then.
     *
     * <p>What an expire chooses between backups that stay is no target of new restores from then on, and is removed when the plan's grace is over: restores that have begun still find it.
     *
     * @param fullBackups at least 1
     * @return a new retention
     */
    public Retention withWalOf(int fullBackups) {
        if (fullBackups < 1) {
            throw new IllegalArgumentException("WAL is kept since at least one full backup, not " + fullBackups);
        }
        return new Retention(rules, minimum, OptionalInt.of(fullBackups), untrusted);
    }

    /**
     * Since how many full backups archived WAL is kept.
     *
     * @return empty for all of them
     */
    public OptionalInt walOf() {
        return walOf;
    }

    /**
     * The rules.
     *
     * @return at least one; what any of them keeps is kept
     */
    public List<RetentionRule> rules() {
        return rules;
    }

    /**
     * Never fewer full backups than this.
     *
     * @return at least 1
     */
    public int minimum() {
        return minimum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Retention retention
                && retention.rules.equals(rules)
                && retention.minimum == minimum
                && retention.walOf.equals(walOf)
                && retention.untrusted.equals(untrusted);
    }

    @Override
    public int hashCode() {
        return Objects.hash(rules, minimum, walOf, untrusted);
    }

    @Override
    public String toString() {
        return rules.stream().map(RetentionRule::toString).collect(Collectors.joining("; ", "Retention[", "; "))
                + "at least " + minimum + " full"
                + untrusted
                        .map(distrust -> "; of an untrusted source, nothing younger than " + distrust.minimumAge())
                        .orElse("")
                + "]";
    }
}
