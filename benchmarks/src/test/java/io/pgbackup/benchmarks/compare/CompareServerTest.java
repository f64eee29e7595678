package io.pgbackup.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresVersion;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareServerTest {
    @TempDir
    Path work;

    @Test
    void timesThisLibraryOnTheSmallestDataSet() throws IOException {
        PostgresAvailability.require(PostgresVersion.newest());

        String table = Compare.run(CompareOptions.parse(
                        "--scale",
                        "0.01",
                        "--repetitions",
                        "1",
                        "--tool",
                        "ours",
                        "--server",
                        "embedded",
                        "--work",
                        work.toString()))
                .toMarkdown();

        assertThat(table)
                .containsPattern("\\| full \\| ours \\| \\d+\\.\\d\\d \\(")
                .containsPattern("\\| incremental \\| ours \\| \\d+\\.\\d\\d \\(")
                .containsPattern("\\| restore \\| ours \\| \\d+\\.\\d\\d \\(");
        assertThat(work).isEmptyDirectory();
    }
}
