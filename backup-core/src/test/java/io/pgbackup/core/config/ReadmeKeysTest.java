package io.pgbackup.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of keys in the README of backup-api are those of the code. */
class ReadmeKeysTest {
    private static final Path README = Path.of("..", "backup-api", "README.md");

    @Test
    void keysOfARepositoryAreDocumented() throws IOException {
        assertThat(table("repository")).isEqualTo(expected(RepositorySettings.known("SCHEME", Optional.of("SERVICE"))));
    }

    @Test
    void keysOfAClusterAreDocumented() throws IOException {
        assertThat(table("cluster")).isEqualTo(expected(ClusterSettings.KNOWN));
    }

    private static String expected(List<Setting> settings) {
        return Stream.concat(
                        Stream.of("| key | value | unless given | meaning |", "|---|---|---|---|"),
                        settings.stream().map(Setting::row))
                .collect(Collectors.joining("\n"));
    }

    private static String table(String what) throws IOException {
        Matcher matcher = Pattern.compile(
                        "<!-- keys of a " + what + " -->\n(.*?)\n?<!-- end of keys -->", Pattern.DOTALL)
                .matcher(Files.readString(README));
        assertThat(matcher.find()).as("the table of keys of a %s", what).isTrue();
        return matcher.group(1);
    }
}
