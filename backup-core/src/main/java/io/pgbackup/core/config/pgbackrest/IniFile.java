package io.pgbackup.core.config.pgbackrest;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The lines of a file with sections. Comments are lines that begin with {@code #}: there are none at the end of a line, so what looks like one is part of the value.
 *
 * @param file where it is
 * @param options in the order of the file
 * @param sections in the order of the file, empty ones too
 */
record IniFile(Path file, List<Option> options, List<String> sections) {
    private static final Pattern SECTION = Pattern.compile("\\[\\s*([^\\[\\]]+?)\\s*]");
    private static final Pattern OPTION = Pattern.compile("([A-Za-z0-9-]+)\\s*=\\s*(.*)");

    /**
     * One line.
     *
     * @param line its number, from 1
     * @param section it stands in
     * @param name of the option
     * @param value without blanks around it
     */
    record Option(int line, String section, String name, String value) {
        @Override
        public String toString() {
            // Without the value: it may be a secret.
            return "[" + section + "] " + name;
        }
    }

    static IniFile read(Path file) {
        List<Option> options = new ArrayList<>();
        List<String> sections = new ArrayList<>();
        int number = 0;
        for (String raw : lines(file)) {
            number++;
            String line = (number == 1 && raw.startsWith("\uFEFF") ? raw.substring(1) : raw).strip();
            Matcher section = SECTION.matcher(line);
            if (section.matches()) {
                sections.add(section.group(1));
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                options.add(option(file, number, sections, line));
            }
        }
        return new IniFile(file, List.copyOf(options), List.copyOf(sections));
    }

    private static Option option(Path file, int number, List<String> sections, String line) {
        Matcher option = OPTION.matcher(line);
        if (!option.matches()) {
            // Not repeated: a value that is split over two lines may be a secret.
            throw wrong(file, number, "it is neither a section, an option with '=', nor a comment");
        }
        if (sections.isEmpty()) {
            throw wrong(file, number, "the option " + option.group(1) + " stands before the first section");
        }
        if (option.group(2).isEmpty()) {
            throw wrong(file, number, "the option " + option.group(1) + " has no value");
        }
        return new Option(number, sections.get(sections.size() - 1), option.group(1), option.group(2));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    file + " is not UTF-8",
                    "Check whether it is the file that is meant.",
                    e);
        } catch (IOException e) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "cannot read " + file + ": " + e,
                    "Check the path and whether this account may read it.",
                    e);
        }
    }

    private static ConfigurationException wrong(Path file, int line, String why) {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                file + ", line " + line + ": " + why,
                "The file has lines such as [main], pg1-path=/srv/pg, and # for comments.");
    }

    ConfigurationException wrong(Option option, String why) {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                file + ", line " + option.line() + ": " + option + " " + why,
                "Correct the option in the file.");
    }

    /** Stanzas have sections of their own, perhaps only for commands. */
    List<String> stanzas() {
        return sections.stream()
                .map(section -> section.replaceFirst(":.*", ""))
                .filter(name -> !name.equals("global"))
                .distinct()
                .toList();
    }
}
