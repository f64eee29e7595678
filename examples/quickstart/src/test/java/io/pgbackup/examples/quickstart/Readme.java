package io.pgbackup.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A README.md of the project, as its code blocks. */
final class Readme {
    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    private final String text;

    private Readme(String text) {
        this.text = text;
    }

    static Readme of(String path) throws IOException {
        return new Readme(Files.readString(projectRoot().resolve(path)));
    }

    static Path projectRoot() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("LICENSE"))) {
            directory = directory.resolve("..").normalize();
        }
        return directory;
    }

    /** The blocks of one language, in order, each with a line feed at its end. */
    List<String> blocks(String language) {
        return BLOCK.matcher(text)
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    /** The first block of a language below a heading that contains some words. */
    String blockBelow(String heading, String language) {
        Matcher found = Pattern.compile("^#+ .*" + Pattern.quote(heading) + ".*$", Pattern.MULTILINE)
                .matcher(text);
        if (!found.find()) {
            throw new IllegalStateException("README.md has no heading with '" + heading + "'");
        }
        return new Readme(text.substring(found.end())).blocks(language).get(0);
    }
}
