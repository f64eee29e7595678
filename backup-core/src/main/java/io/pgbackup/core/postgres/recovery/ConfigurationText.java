package io.pgbackup.core.postgres.recovery;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of a PostgreSQL configuration file (grammar: {@code guc-file.l}). Lines that are kept are kept byte for byte. */
final class ConfigurationText {
    static final List<String> TARGETS = List.of(
            "recovery_target",
            "recovery_target_name",
            "recovery_target_time",
            "recovery_target_xid",
            "recovery_target_lsn");

    private static final Set<String> RECOVERY = Set.of(
            "restore_command",
            "recovery_end_command",
            "archive_cleanup_command",
            "recovery_target",
            "recovery_target_name",
            "recovery_target_time",
            "recovery_target_xid",
            "recovery_target_lsn",
            "recovery_target_inclusive",
            "recovery_target_timeline",
            "recovery_target_action",
            "recovery_min_apply_delay",
            "primary_conninfo",
            "primary_slot_name",
            "promote_trigger_file");
    private static final Set<String> ARCHIVING =
            Set.of("archive_mode", "archive_command", "archive_library", "archive_timeout");
    private static final Pattern LINE =
            Pattern.compile("\\s*([A-Za-z_][A-Za-z0-9_$.]*)(?:\\s*=|\\s).*", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_$.]*");
    private static final String HEADING = "# Written by pgbackup for the recovery of this restored directory.";

    private ConfigurationText() {}

    static byte[] replace(byte[] existing, Map<String, String> settings, boolean keepArchiving) {
        StringBuilder text = new StringBuilder();
        new String(existing, StandardCharsets.ISO_8859_1).lines().forEach(line -> {
            if (!line.equals(HEADING) && !isReplaced(line, settings, keepArchiving)) {
                text.append(line).append('\n');
            }
        });
        text.append(HEADING).append('\n');
        settings.forEach((name, value) -> text.append(line(name, value)));
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isReplaced(String line, Map<String, String> settings, boolean keepArchiving) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return false;
        }
        String name = matcher.group(1).toLowerCase(Locale.ROOT);
        return RECOVERY.contains(name) || !keepArchiving && ARCHIVING.contains(name) || settings.containsKey(name);
    }

    private static String line(String name, String value) {
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("the value of " + name + " holds a control character");
        }
        String quoted = value.replace("\\", "\\\\").replace("'", "''");
        // Beside lines of unknown encoding, as bytes: one character each.
        String bytes = new String(quoted.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return name + " = '" + bytes + "'\n";
    }

    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not the name of a setting: '" + name + "'");
        }
    }
}
