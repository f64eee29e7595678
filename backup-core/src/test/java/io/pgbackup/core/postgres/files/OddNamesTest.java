package io.pgbackup.core.postgres.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that are no text must survive, whatever encoding the JVM believes in; the encoding is fixed at start, so each has its own JVM. */
class OddNamesTest {
    private static final List<String> ENCODED = List.of(
            "%FF%FE",
            "caf%C3%A9",
            "cafe%CC%81",
            "%E9",
            "a%0Ab",
            "a%5Cb",
            "%3D%23%20%5Bx",
            "%25%32%30",
            "%20",
            "%C3%A9dir/%FFfile");

    @ParameterizedTest
    @ValueSource(strings = {"C.UTF-8", "POSIX"})
    void survive(String locale, @TempDir Path directory) throws Exception {
        Path data = new DataDirectory(Files.createDirectory(directory.resolve("data"))).path();
        for (String encoded : ENCODED) {
            Path file = Path.of(URI.create(data.toUri() + encoded));
            Files.createDirectories(Path.of(URI.create(data.toUri() + encoded.replaceFirst("[^/]*$", ""))));
            Files.writeString(file, encoded);
        }
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OddNamesTest.class.getName(),
                data.toString());
        builder.environment().put("LC_ALL", locale);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("found " + ENCODED.size());
    }

    @Test
    void longestNamesSurvive(@TempDir Path directory) throws IOException {
        new DataDirectory(directory).write("n".repeat(255), "x");
        assertThat(readable(directory)).isEqualTo(1);
    }

    public static void main(String[] arguments) {
        System.out.println("found " + readable(Path.of(arguments[0])));
    }

    /** Opens every file whose name or directory is odd, and counts those that hold what they should. */
    private static int readable(Path data) {
        int count = 0;
        try (LocalClusterFiles files = new LocalClusterFiles(data, pause -> {});
                ClusterScan scan = files.scan(ScanOptions.everything())) {
            for (Optional<ClusterEntry> entry = scan.next(); entry.isPresent(); entry = scan.next()) {
                if (entry.get().kind() == ClusterEntry.Kind.FILE
                        && !entry.get().path().name().equals("PG_VERSION")) {
                    try (SourceFile file = files.open(entry.get()).orElseThrow()) {
                        count += file.read(0, ByteBuffer.allocate(100)) > 0 ? 1 : 0;
                    }
                }
            }
        }
        return count;
    }
}
