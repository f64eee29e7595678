package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.ExpirePlan.Decision;
import io.pgbackup.catalog.Retention;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Applies a retention to a catalog: a pure function. A set stays while a kept one leans on it, and the newest full one always stays. */
public final class RetentionPlanner {
    private RetentionPlanner() {}

    /**
     * Decides about every set.
     *
     * @param backups the committed sets, in order of time
     * @param retention what to keep
     * @return a decision for each, in the same order
     */
    public static List<Decision> plan(List<BackupRecord> backups, Retention retention) {
        Map<BackupLabel, String> kept = keptByRule(backups, retention);
        Map<BackupLabel, String> needed = neededByKept(backups, kept.keySet());
        List<Decision> decisions = new ArrayList<>();
        for (BackupRecord backup : backups) {
            BackupLabel label = backup.label();
            if (kept.containsKey(label)) {
                decisions.add(new Decision(label, true, kept.get(label)));
            } else if (needed.containsKey(label)) {
                decisions.add(new Decision(label, true, needed.get(label)));
            } else {
                decisions.add(new Decision(label, false, expiredReason(label, retention)));
            }
        }
        return decisions;
    }

    private static Map<BackupLabel, String> keptByRule(List<BackupRecord> backups, Retention retention) {
        List<BackupLabel> fulls = backups.stream()
                .map(BackupRecord::label)
                .filter(label -> label.type() == BackupType.FULL)
                .toList();
        Set<BackupLabel> newest =
                new HashSet<>(fulls.subList(Math.max(0, fulls.size() - retention.fullBackups()), fulls.size()));
        Map<BackupLabel, String> kept = new HashMap<>();
        for (BackupRecord backup : backups) {
            BackupLabel label = backup.label();
            if (newest.contains(label)) {
                kept.put(label, "one of the newest " + retention.fullBackups() + " full backups");
            } else if (newest.contains(label.chain())) {
                kept.put(label, "depends on " + label.chain() + ", which is kept");
            }
        }
        return kept;
    }

    private static Map<BackupLabel, String> neededByKept(List<BackupRecord> backups, Set<BackupLabel> kept) {
        Map<BackupLabel, String> needed = new HashMap<>();
        for (BackupRecord backup : backups) {
            if (kept.contains(backup.label())) {
                backup.references().forEach(reference -> needed.putIfAbsent(reference, "needed by " + backup.label()));
            }
        }
        return needed;
    }

    private static String expiredReason(BackupLabel label, Retention retention) {
        return label.type() == BackupType.FULL
                ? "older than the newest " + retention.fullBackups() + " full backups"
                : "depends on " + label.chain() + ", which is not kept";
    }
}
