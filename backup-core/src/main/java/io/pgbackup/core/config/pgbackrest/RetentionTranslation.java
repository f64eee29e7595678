package io.pgbackup.core.config.pgbackrest;

import io.pgbackup.catalog.Retention;
import java.time.Period;
import java.util.Optional;

/** The retention of one repository. For one call. */
final class RetentionTranslation {
    private static final int MOST = 9_999_999;

    private final Translation options;
    private final String prefix;

    RetentionTranslation(Translation options, String prefix) {
        this.options = options;
        this.prefix = prefix + "retention-";
    }

    Optional<Retention> read() {
        boolean byTime = options.used(prefix + "full-type", "how retention-full is meant")
                .filter("time"::equals)
                .isPresent();
        Optional<Integer> full =
                options.number(prefix + "full", 1, MOST, "the retention to expire with; expiring is a call of its own");
        if (full.isEmpty()) {
            options.remark(prefix + "full", "nothing expires, as with pgBackRest; expire with a retention of your own");
            options.unsupported(
                    prefix + "diff", "differential backups are limited per full backup that is kept by count");
            return Optional.empty();
        }
        Retention retention = byTime
                ? Retention.keepRecoveryWindow(Period.ofDays(full.get()))
                : Retention.keepFullBackups(full.get());
        return Optional.of(wal(differentials(retention, byTime), full.get(), byTime));
    }

    private Retention differentials(Retention retention, boolean byTime) {
        if (byTime) {
            options.unsupported(prefix + "diff", "within a recovery window all differential backups are kept");
            return retention;
        }
        return options.number(prefix + "diff", 1, MOST, "differential backups kept of each full one")
                .map(retention::withDifferentials)
                .orElse(retention);
    }

    private Retention wal(Retention retention, int full, boolean byTime) {
        String archive = prefix + "archive";
        String type = options.used(prefix + "archive-type", "how retention-archive is meant")
                .orElse("full");
        options.take(
                prefix + "history",
                io.pgbackup.config.OptionFinding.Outcome.IGNORED,
                "no manifests of expired backups are kept");
        if (!options.has(archive)) {
            return retention;
        }
        if (!type.equals("full") || byTime) {
            options.different(archive, "WAL is kept for every backup that is kept, back to the oldest");
            return retention;
        }
        int newest = options.number(archive, 1, MOST, "WAL since so many of the newest full backups")
                .orElse(full);
        return newest < full ? retention.withWalOf(newest) : retention;
    }
}
