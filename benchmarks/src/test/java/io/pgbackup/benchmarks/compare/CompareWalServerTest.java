package io.pgbackup.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareWalServerTest {
    @TempDir
    Path work;

    @Test
    void timesThisLibraryOnAFewSegments() throws IOException {
        PostgresAvailability.require(PostgresVersion.newest());
        // A peer that is installed knows the server that is installed, perhaps not the embedded one.
        Map<String, String> options =
                Map.of("--segments", "2", "--repetitions", "1", "--server", "auto", "--work", work.toString());

        String table = CompareWal.run(name -> options.getOrDefault(name, ""));

        assertThat(table)
                .containsPattern("\\| push \\| lz4, encrypted \\| ours \\| \\d+\\.\\d\\d \\(")
                .containsPattern("\\| fetch \\| zstd:3 \\| ours \\| \\d+\\.\\d\\d \\(");
        assertThat(work).isEmptyDirectory();
    }
}
