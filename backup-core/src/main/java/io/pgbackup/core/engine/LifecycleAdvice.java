package io.pgbackup.core.engine;

import io.pgbackup.Repository;
import io.pgbackup.catalog.LifecycleRule;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.RetentionRule;
import io.pgbackup.core.archive.ArchiveLayout;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.storage.StorageErrors;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.Expirable;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import java.time.Duration;
import java.time.Period;
import java.time.temporal.TemporalAmount;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Works out after how many days no retention needs an object. For one call. */
final class LifecycleAdvice {
    /** A store looks once a day, and a backup takes its time. */
    private static final int MARGIN_DAYS = 7;

    private static final int PREVIOUS_VERSION_DAYS = 30;
    private static final int DAYS_OF_A_MONTH = 31;
    private static final int DAYS_OF_A_YEAR = 366;

    private final ClusterLayout layout;
    private final Repositories repositories;

    LifecycleAdvice(ClusterLayout layout, Repositories repositories) {
        this.layout = layout;
        this.repositories = repositories;
    }

    LifecycleRule rule(Repository repository, Retention retention, Duration fullEvery) {
        List<Expirable> expirables = expirables(days(retention, fullEvery));
        try {
            Optional<String> document = repositories
                    .provider(repository)
                    .lifecycleRule(repository.location(), expirables, PREVIOUS_VERSION_DAYS);
            return new LifecycleRule(
                    expirables,
                    PREVIOUS_VERSION_DAYS,
                    document.orElseThrow(() -> refused(
                            "the store of " + repository + " removes nothing by itself", "expire() does it there")));
        } catch (StorageException e) {
            throw StorageErrors.translate(e, ObjectPrefix.root(), repository.name());
        }
    }

    /** Format, keys, identities and the records of backups are small, and needed for as long as there is a repository. */
    private List<Expirable> expirables(int days) {
        ObjectPrefix wal = ArchiveLayout.all(layout);
        ObjectPrefix summaries = layout.root().resolve("summary");
        ObjectPrefix probes = layout.root().resolve("check");
        return Stream.concat(
                        Stream.of(layout.data(), wal, summaries).map(prefix -> new Expirable(prefix, days)),
                        Stream.of(new Expirable(probes, 1)))
                .toList();
    }

    /**
     * Within the age a backup may be needed that ended before, but not earlier than one full backup ago; and what it is built upon began one full backup earlier still.
     */
    private static int days(Retention retention, Duration fullEvery) {
        if (fullEvery.isZero() || fullEvery.isNegative()) {
            throw refused("full backups every " + fullEvery, "say how long it may be at most from one to the next");
        }
        long age = retention.rules().stream()
                .mapToLong(LifecycleAdvice::days)
                .max()
                .orElseThrow();
        return Math.toIntExact(age + 2 * days(fullEvery) + MARGIN_DAYS);
    }

    private static long days(RetentionRule rule) {
        if (rule instanceof RetentionRule.YoungerThan younger) {
            return days(younger.age());
        }
        if (rule instanceof RetentionRule.RecoveryWindow window) {
            return days(window.length());
        }
        throw refused(
                "a store cannot count: it removes by age, and the retention keeps " + rule,
                "use a retention by age, or expire()");
    }

    /** Rather too many than too few. */
    private static long days(TemporalAmount amount) {
        if (amount instanceof Period period) {
            return (long) period.getYears() * DAYS_OF_A_YEAR
                    + (long) period.getMonths() * DAYS_OF_A_MONTH
                    + period.getDays();
        }
        Duration duration = Duration.from(amount);
        return duration.toDays() + (duration.equals(Duration.ofDays(duration.toDays())) ? 0 : 1);
    }

    private static ConfigurationException refused(String message, String hint) {
        return new ConfigurationException(ErrorCode.INVALID_REQUEST, message, hint);
    }
}
