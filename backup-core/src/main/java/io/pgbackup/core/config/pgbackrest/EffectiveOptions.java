package io.pgbackup.core.config.pgbackrest;

import io.pgbackup.core.config.pgbackrest.IniFile.Option;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which options hold for a stanza and a command, by their present names: what a command's section of the stanza says wins over the stanza's, that over the command's
 * global one, and that over the global one. Immutable.
 */
final class EffectiveOptions {
    /** May be given more than once. */
    private static final Pattern SEVERAL = Pattern.compile(
            "annotation|db-exclude|db-include|exclude|link-map|recovery-option|tablespace-map|repo[0-9]+-sftp-known-host"
                    + "|repo[0-9]+-storage-tag|tls-server-auth");

    /** Old names of options that belong to repositories. */
    private static final Set<String> ONCE_GLOBAL =
            Set.of("retention-full", "retention-diff", "retention-archive", "retention-archive-type", "hardlink");

    private final IniFile file;
    private final Map<String, List<Option>> options = new LinkedHashMap<>();
    private final List<Option> overridden = new ArrayList<>();
    private final List<Option> otherCommands = new ArrayList<>();

    EffectiveOptions(IniFile file, String stanza, String command) {
        this.file = file;
        List<String> order = command.isEmpty()
                ? List.of(stanza, "global")
                : List.of(stanza + ":" + command, stanza, "global:" + command, "global");
        order.forEach(this::take);
        file.options().stream()
                .filter(option -> !order.contains(option.section()))
                .filter(option -> option.section().startsWith(stanza + ":")
                        || option.section().startsWith("global:"))
                .forEach(otherCommands::add);
    }

    private void take(String section) {
        Set<String> before = Set.copyOf(options.keySet());
        for (Option option : file.options()) {
            if (option.section().equals(section)) {
                String name = presentName(option.name());
                if (before.contains(name)) {
                    overridden.add(option);
                } else {
                    List<Option> same = options.computeIfAbsent(name, absent -> new ArrayList<>());
                    if (!same.isEmpty() && !SEVERAL.matcher(name).matches()) {
                        throw file.wrong(
                                option,
                                "is given twice, first in line " + same.get(0).line());
                    }
                    same.add(option);
                }
            }
        }
    }

    /** Options of a time before there were several repositories and servers go on as those of the first. */
    private static String presentName(String name) {
        if (ONCE_GLOBAL.contains(name)) {
            return "repo1-" + name;
        }
        return name.replaceFirst("^repo-", "repo1-")
                .replaceFirst("^pg-", "pg1-")
                .replaceFirst("^db([0-9]+)-", "pg$1-")
                .replaceFirst("^db-(path|port|socket-path|user|host.*)$", "pg1-$1");
    }

    Map<String, List<Option>> all() {
        return options;
    }

    Optional<Option> first(String name) {
        return Optional.ofNullable(options.get(name)).map(same -> same.get(0));
    }

    /** Said again by a section that wins. */
    List<Option> overridden() {
        return overridden;
    }

    /** Said for other commands only. */
    List<Option> otherCommands() {
        return otherCommands;
    }
}
