package io.pgbackup.core.config.pgbackrest;

import io.pgbackup.config.OptionFinding;
import io.pgbackup.config.OptionFinding.Outcome;
import io.pgbackup.core.config.pgbackrest.IniFile.Option;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The options of a stanza, and a word about each of them: who takes one says what became of it. For one thread. */
final class Translation {
    private final IniFile file;
    private final EffectiveOptions options;
    private final List<OptionFinding> findings = new ArrayList<>();
    private final Set<String> taken = new HashSet<>();

    Translation(IniFile file, EffectiveOptions options) {
        this.file = file;
        this.options = options;
    }

    /** What an option says, without a word about it. */
    Optional<String> look(String name) {
        return options.first(name).map(Option::value);
    }

    boolean has(String name) {
        return look(name).isPresent();
    }

    Optional<String> used(String name, String message) {
        return take(name, Outcome.USED, message);
    }

    Optional<String> different(String name, String message) {
        return take(name, Outcome.DIFFERENT, message);
    }

    Optional<String> unsupported(String name, String message) {
        return take(name, Outcome.UNSUPPORTED, message);
    }

    Optional<String> take(String name, Outcome outcome, String message) {
        List<Option> same = options.all().getOrDefault(name, List.of());
        if (!same.isEmpty() && taken.add(name)) {
            same.forEach(option -> add(option, outcome, message));
        }
        return same.stream().findFirst().map(Option::value);
    }

    /** A number in a range. */
    Optional<Integer> number(String name, int from, int to, String message) {
        return used(name, message).map(value -> {
            if (!value.matches("[0-9]{1,9}") || Integer.parseInt(value) < from || Integer.parseInt(value) > to) {
                throw wrong(name, "is '" + value + "', it is a number from " + from + " to " + to);
            }
            return Integer.parseInt(value);
        });
    }

    RuntimeException wrong(String name, String why) {
        return file.wrong(options.first(name).orElseThrow(), why);
    }

    /** About something that the file does not say. */
    void remark(String subject, String message) {
        findings.add(new OptionFinding(0, subject, Outcome.DIFFERENT, message));
    }

    void add(Option option, Outcome outcome, String message) {
        findings.add(new OptionFinding(option.line(), option.toString(), outcome, message));
    }

    /** Names about which nothing was said yet. */
    List<String> left() {
        return options.all().keySet().stream()
                .filter(name -> !taken.contains(name))
                .toList();
    }

    /** In the order of the file. */
    List<OptionFinding> findings() {
        return findings.stream()
                .sorted(Comparator.comparingInt(finding -> finding.line() == 0 ? Integer.MAX_VALUE : finding.line()))
                .toList();
    }
}
