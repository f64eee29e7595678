package io.pgbackup.core.postgres.recovery;

import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.restore.RecoveryAction;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The settings with which a restored server begins. They go into {@code postgresql.auto.conf}, whose values win over those of
 * {@code postgresql.conf}; what the cluster was told about an earlier recovery, a primary or an archive is taken out or overridden there, so
 * that a restored copy neither follows old orders nor archives into the repository of production. Immutable.
 */
public final class RecoverySettings {
    /** A command that never finds a file. Recovery demands one even if all WAL lies in {@code pg_wal}. */
    public static final String NOTHING_TO_FETCH = "exit 1";

    private final RecoveryGoal goal;
    private final Map<String, String> settings;
    private final boolean standby;

    private RecoverySettings(RecoveryGoal goal, Map<String, String> settings, boolean standby) {
        this.goal = goal;
        this.settings = settings;
        this.standby = standby;
    }

    /**
     * For a backup that brings its WAL along: replays what lies in {@code pg_wal} until the cluster is consistent, then promotes.
     *
     * @return the settings
     */
    public static RecoverySettings endOfBackup() {
        return replaying(NOTHING_TO_FETCH, RecoveryGoal.consistency())
                .with("recovery_target_timeline", "current")
                .action(RecoveryAction.PROMOTE);
    }

    /**
     * For a backup of a server that was shut down: it is consistent as it is, there is nothing to replay and nowhere to stop, but the server begins a
     * timeline of its own.
     *
     * @return the settings
     */
    public static RecoverySettings shutDown() {
        return replaying(NOTHING_TO_FETCH, RecoveryGoal.endOfWal())
                .with("recovery_target_timeline", "current")
                .action(RecoveryAction.PROMOTE);
    }

    /**
     * For a backup whose WAL is fetched.
     *
     * @param restoreCommand a shell command with {@code %f} and {@code %p}
     * @param goal where to stop
     * @return the settings: newest timeline, pausing at the goal, archiving off
     */
    public static RecoverySettings replaying(String restoreCommand, RecoveryGoal goal) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("archive_mode", "off");
        settings.put("archive_command", "");
        settings.put("restore_command", restoreCommand);
        settings.put("recovery_end_command", "");
        settings.put("archive_cleanup_command", "");
        settings.put("recovery_min_apply_delay", "0");
        settings.put("recovery_target_timeline", "latest");
        settings.put("recovery_target_inclusive", goal.inclusive() ? "on" : "off");
        settings.put("recovery_target_action", "pause");
        return new RecoverySettings(goal, settings, false);
    }

    /**
     * For a standby: replays what lies in {@code pg_wal}, then follows a primary on its newest timeline.
     *
     * @param primary connection string of the primary
     * @return the settings
     */
    public static RecoverySettings following(String primary) {
        return replaying("", RecoveryGoal.endOfWal())
                .with("primary_conninfo", primary)
                .asStandby();
    }

    /**
     * On a given timeline instead of the newest.
     *
     * @param timeline a descendant of the backup's, or that itself
     * @return a copy
     */
    public RecoverySettings timeline(Timeline timeline) {
        return with("recovery_target_timeline", timeline.toString());
    }

    /**
     * On the backup's own timeline instead of the newest.
     *
     * @return a copy
     */
    public RecoverySettings currentTimeline() {
        return with("recovery_target_timeline", "current");
    }

    /**
     * What to do at the goal.
     *
     * @param action instead of pausing
     * @return a copy
     */
    public RecoverySettings action(RecoveryAction action) {
        return with("recovery_target_action", action.name().toLowerCase(Locale.ROOT));
    }

    /**
     * With archiving as the cluster's own settings say. Only for a server that takes the place of the lost one.
     *
     * @return a copy
     */
    public RecoverySettings keepingArchiving() {
        Map<String, String> fewer = new LinkedHashMap<>(settings);
        fewer.remove("archive_mode");
        fewer.remove("archive_command");
        return new RecoverySettings(goal, fewer, standby);
    }

    /**
     * As a standby, which follows instead of being promoted.
     *
     * @return a copy
     */
    public RecoverySettings asStandby() {
        return new RecoverySettings(goal, settings, true);
    }

    /**
     * With another setting.
     *
     * @param name of the setting
     * @param value without quotes
     * @return a copy
     */
    public RecoverySettings with(String name, String value) {
        ConfigurationText.requireName(name);
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(name, value);
        return new RecoverySettings(goal, more, standby);
    }

    /**
     * The empty file that makes the server begin with recovery; the other one must not exist.
     *
     * @return {@code recovery.signal} or {@code standby.signal}
     */
    public String signalFile() {
        return standby ? "standby.signal" : "recovery.signal";
    }

    /**
     * The new contents of {@code postgresql.auto.conf}.
     *
     * @param existing as it came from the backup; may be empty
     * @return old lines without those that are replaced, then these settings
     * @throws IllegalArgumentException if a value cannot be written on one line
     */
    public byte[] appliedTo(byte[] existing) {
        Map<String, String> all = new LinkedHashMap<>();
        // Setting a second target is refused even if it is empty, so the one that counts comes last.
        for (String target : ConfigurationText.TARGETS) {
            if (!target.equals(goal.setting())) {
                all.put(target, "");
            }
        }
        all.putAll(settings);
        if (!goal.setting().isEmpty()) {
            all.put(goal.setting(), goal.value());
        }
        return ConfigurationText.replace(existing, all, !settings.containsKey("archive_mode"));
    }

    /** For messages; without commands, which may name secrets. */
    @Override
    public String toString() {
        return "RecoverySettings[" + goal + ", " + signalFile() + "]";
    }
}
