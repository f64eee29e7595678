package io.pgbackup.catalog;

import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAmount;
import java.util.Locale;
import java.util.OptionalInt;

/** One rule of a {@link Retention}. What it keeps is added to what the others keep. Immutable. */
public sealed interface RetentionRule {
    /**
     * The newest full backups and what depends on them.
     *
     * @param count how many, at least 1
     * @param differentials of each, only the newest so many differential backups and whatever was taken since the oldest of these; empty for all
     */
    record FullBackups(int count, OptionalInt differentials) implements RetentionRule {
        /** Checks the numbers. */
        public FullBackups {
            requirePositive("full backups", count);
            differentials.ifPresent(number -> requirePositive("differential backups", number));
        }

        @Override
        public String toString() {
            return "the newest " + count + " full"
                    + (differentials.isPresent() ? ", with " + differentials.getAsInt() + " differential each" : "");
        }
    }

    /**
     * Every backup younger than an age.
     *
     * @param age a {@link Duration} or {@link Period}, longer than nothing
     */
    record YoungerThan(TemporalAmount age) implements RetentionRule {
        /** Checks the age. */
        public YoungerThan {
            requireLength(age);
        }

        @Override
        public String toString() {
            return "younger than " + text(age);
        }
    }

    /**
     * What is needed to restore to any point of the recent past: every backup that ended within the window, and the newest that ended before.
     *
     * @param length a {@link Duration} or {@link Period}, longer than nothing
     */
    record RecoveryWindow(TemporalAmount length) implements RetentionRule {
        /** Checks the length. */
        public RecoveryWindow {
            requireLength(length);
        }

        @Override
        public String toString() {
            return "recovery window of " + text(length);
        }
    }

    /**
     * The newest backup of each of the newest periods that have one.
     *
     * @param every the period, in UTC
     * @param count how many periods, at least 1
     */
    record Generations(Every every, int count) implements RetentionRule {
        /** Checks the number. */
        public Generations {
            requirePositive("generations", count);
        }

        @Override
        public String toString() {
            return "one of each of " + count + " " + every.name().toLowerCase(Locale.ROOT) + "s";
        }
    }

    /** Periods of the calendar, in UTC. */
    enum Every {
        /** From midnight to midnight. */
        DAY,
        /** From Monday to Sunday. */
        WEEK,
        /** A month of the calendar. */
        MONTH,
        /** A year of the calendar. */
        YEAR
    }

    /**
     * A moment later by a length of time, in UTC. Of two moments the later one never becomes the earlier: where a month has no such day, the moment is
     * the end of that month (three months after any time of 29 or 30 November, in a year without a leap day, is midnight at the begin of 1 March), so
     * that what was not needed yesterday is not needed today, and a month is never cut short.
     *
     * @param from the moment
     * @param length a duration or period
     * @return the later moment; the end of time if there is none
     */
    static Instant later(Instant from, TemporalAmount length) {
        try {
            ZonedDateTime begin = from.atZone(ZoneOffset.UTC);
            if (!(length instanceof Period period)) {
                return begin.plus(length).toInstant();
            }
            ZonedDateTime end = begin.plusMonths(period.toTotalMonths());
            if (end.getDayOfMonth() < begin.getDayOfMonth()) {
                end = end.plusDays(1).truncatedTo(ChronoUnit.DAYS);
            }
            return end.plusDays(period.getDays()).toInstant();
        } catch (java.time.DateTimeException | ArithmeticException e) {
            return Instant.MAX;
        }
    }

    private static void requirePositive(String what, int number) {
        if (number < 1) {
            throw new IllegalArgumentException("the number of " + what + " to keep is at least 1, not " + number);
        }
    }

    private static void requireLength(TemporalAmount length) {
        boolean positive = length instanceof Duration duration
                ? !duration.isNegative() && !duration.isZero()
                : length instanceof Period period
                        && !period.isZero()
                        && period.getDays() >= 0
                        && period.getMonths() >= 0
                        && period.getYears() >= 0;
        if (!positive) {
            throw new IllegalArgumentException("a Duration or Period longer than nothing is needed, not " + length);
        }
    }

    private static String text(TemporalAmount length) {
        return length instanceof Duration duration && duration.equals(Duration.ofDays(duration.toDays()))
                ? duration.toDays() + " days"
                : length.toString();
    }
}
