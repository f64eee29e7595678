package io.pgbackup.core.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.error.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library unpacks itself into the temporary directory: in a JVM where it cannot, we want words and not an Error. */
class ZstdLibraryTest {
    @Test
    void anUnusableTemporaryDirectoryIsAConfigurationErrorWithItsCure(@TempDir Path directory)
            throws IOException, InterruptedException {
        assertThat(runWith("-Djava.io.tmpdir=" + directory.resolve("missing")))
                .contains("ConfigurationException")
                .contains("the native zstd library could not be loaded")
                .contains("-DZstdTempFolder")
                .contains("again: ConfigurationException");
    }

    @Test
    void theCureWorks(@TempDir Path directory) throws IOException, InterruptedException {
        assertThat(runWith("-Djava.io.tmpdir=" + directory.resolve("missing"), "-DZstdTempFolder=" + directory))
                .contains("loaded");
    }

    private static String runWith(String... options) throws IOException, InterruptedException {
        java.util.List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(java.util.List.of(options));
        command.addAll(java.util.List.of(
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Program.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /** Run in the other JVM. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            try {
                CodecSpec.zstd(1).newCodec().close();
                System.out.println("loaded");
            } catch (ConfigurationException e) {
                System.out.println(e + " " + e.hint());
                again();
            }
        }

        private static void again() {
            try {
                CodecSpec.zstd(1).newCodec().close();
            } catch (ConfigurationException e) {
                System.out.println("again: " + e.getClass().getSimpleName());
            }
        }
    }
}
