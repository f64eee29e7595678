package io.pgbackup.core.engine;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.Pin;
import io.pgbackup.catalog.RepositoryInfo;
import io.pgbackup.catalog.RepositoryStatus;
import io.pgbackup.catalog.Verification;
import io.pgbackup.wal.RecoveryWindow;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What {@code info} tells, as values, JSON and text. Immutable.
 *
 * @param cluster its name
 * @param repositories in the order they were configured
 * @param backups in order of time
 * @param unsettled in order of time
 * @param retired in order of time
 * @param pins those that hold, in order of their labels
 * @param windows one for each backup
 */
record InfoReport(
        String cluster,
        List<RepositoryState> repositories,
        List<BackupInfo> backups,
        List<BackupLabel> unsettled,
        List<BackupLabel> retired,
        List<Pin> pins,
        List<RecoveryWindow> windows)
        implements RepositoryInfo {
    @Override
    public RepositoryStatus status() {
        return repositories.stream()
                .map(RepositoryState::status)
                .max(Comparator.comparingInt(RepositoryStatus::code))
                .orElse(RepositoryStatus.MISSING_CLUSTER);
    }

    @Override
    public String toJson() {
        return new InfoJson(this).text();
    }

    @Override
    public String toTable() {
        return new InfoTable(this).text();
    }

    static String type(BackupInfo backup) {
        return shortName(backup.type());
    }

    static String shortName(BackupType type) {
        return switch (type) {
            case FULL -> "full";
            case DIFFERENTIAL -> "diff";
            case INCREMENTAL -> "incr";
        };
    }

    static String name(Verification verification) {
        return verification.depth().name().toLowerCase(Locale.ROOT);
    }
}
