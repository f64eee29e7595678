package io.pgbackup.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    @Test
    void everyTableIsEqualAndNothingIsLeftBehind(@TempDir Path parent) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        boolean equal = new Quickstart(new PrintStream(bytes, true, StandardCharsets.UTF_8), parent).run();

        String output = bytes.toString(StandardCharsets.UTF_8);
        assertThat(equal).as(output).isTrue();
        assertThat(output)
                .containsPattern("label +\\d{8}-\\d{6}F\n")
                .containsPattern("label +\\d{8}-\\d{6}F_\\d{8}-\\d{6}I\n")
                .containsPattern("findings +0\n")
                .containsPattern("shop\\.public\\.purchase +201,000  (\\w{12})  \\1  yes\n")
                .containsPattern("reporting\\.public\\.turnover +0 ")
                .doesNotContain("NO\n")
                .endsWith("Every table of the restored server equals its source.\n");
        assertThat(parent).isEmptyDirectory();
    }
}
