package io.pgbackup.core.engine.wal;

import java.util.ArrayList;
import java.util.List;

/** The words of a shell command with their quotes taken off. Good enough to find the names of files in it; nothing is expanded. */
final class ShellWords {
    private static final String BETWEEN = " \t\n;&|<>()";

    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean begun;

    private ShellWords() {}

    static List<String> of(String command) {
        ShellWords reading = new ShellWords();
        reading.read(command);
        return List.copyOf(reading.words);
    }

    private void read(String command) {
        char quote = 0;
        for (int at = 0; at < command.length(); at++) {
            char next = command.charAt(at);
            if (quote != 0 && next == quote) {
                quote = 0;
            } else if (next == '\\' && quote != '\'' && at + 1 < command.length()) {
                add(command.charAt(++at));
            } else if (quote == 0 && (next == '\'' || next == '"')) {
                quote = next;
                begun = true;
            } else if (quote == 0 && BETWEEN.indexOf(next) >= 0) {
                end();
            } else {
                add(next);
            }
        }
        end();
    }

    private void add(char next) {
        word.append(next);
        begun = true;
    }

    private void end() {
        if (begun) {
            words.add(word.toString());
            word.setLength(0);
            begun = false;
        }
    }
}
