package io.pgbackup.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    @Test
    void javaIsTheMarkedRegionOfTheSource() throws IOException {
        assertThat(Readme.of("README.md").blocks("java").get(0)).isEqualTo(markedIn("FirstBackup.java"));
        assertThat(Readme.of("README.md").blockBelow("To any second", "java")).isEqualTo(markedIn("PointInTime.java"));
    }

    private static String markedIn(String file) throws IOException {
        String source = Files.readString(Path.of("src/main/java/io/pgbackup/examples/quickstart/" + file));
        int begin = source.indexOf("// README begin\n") + "// README begin\n".length();
        String region = source.substring(begin, source.lastIndexOf('\n', source.indexOf("// README end")));
        return region.stripIndent() + "\n";
    }

    @Test
    void contractInTheReadmeOfTheApiIsThatOfTheLocalDirectory() throws IOException {
        String source = Files.readString(Readme.projectRoot()
                .resolve("backup-core/src/test/java/io/pgbackup/core/storage/LocalDirectoryStorageContractTest.java"));

        assertThat(source)
                .endsWith(
                        "\n" + Readme.of("backup-api/README.md").blocks("java").get(0));
    }

    @Test
    void commandsComeFirstEachAloneInItsBlock() throws IOException {
        assertThat(Readme.of("README.md").blocks("shell"))
                .startsWith("mvn -q -P quickstart -pl examples/quickstart -am package\n", "mvn verify\n");
    }

    @Test
    void shellIsTheOnlyNameOfShellBlocks() throws IOException {
        Readme readme = Readme.of("README.md");

        assertThat(readme.blocks("sh")).isEmpty();
        assertThat(readme.blocks("bash")).isEmpty();
        assertThat(readme.blocks("console")).isEmpty();
    }

    @Test
    void directoriesThatReadmeNamesExist() throws IOException {
        String text = Files.readString(Readme.projectRoot().resolve("README.md"));

        Pattern.compile("\\]\\(([^)#:]+)\\)")
                .matcher(text)
                .results()
                .forEach(link ->
                        assertThat(Readme.projectRoot().resolve(link.group(1))).exists());
    }
}
