package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where years count from elsewhere, digits look otherwise, an I has no dot and clocks differ by odd minutes, in this process and in the server: backups,
 * archive and recovery to a time are what they are everywhere. Each place is a process of its own.
 */
class OtherPlacesServerTest {
    @TempDir
    Path work;

    @Test
    void thaiDigitsAndBuddhistYears() throws Exception {
        prove("th-TH-u-ca-buddhist-nu-thai", "th_TH", "Asia/Bangkok", PostgresVersion.V17);
    }

    @ParameterizedTest
    @CsvSource({
        "th-TH-u-ca-buddhist-nu-thai, th_TH, Asia/Kathmandu, V13",
        "tr-TR, tr_TR, Europe/Istanbul, V14",
        "ar-EG-u-nu-arab, ar_EG, Africa/Cairo, V15",
        "fa-IR-u-ca-persian-nu-arabext, fa_IR, Asia/Tehran, V16",
        "ja-JP-u-ca-japanese, ja_JP, Pacific/Apia, V18",
        "ar-SA-u-ca-islamic-umalqura-nu-arab, ar_SA, America/St_Johns, V18"
    })
    @Tag("long")
    void everywhere(String language, String locale, String zone, PostgresVersion version) throws Exception {
        prove(language, locale, zone, version);
    }

    private void prove(String language, String locale, String zone, PostgresVersion version) throws Exception {
        PostgresAvailability.require(version);
        Path output = work.resolve("output");
        Optional<String> installed = made(locale);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Duser.timezone=" + zone,
                "-Dpostgres.binaries=" + System.getProperty("postgres.binaries", ""),
                "-cp",
                System.getProperty("java.class.path"),
                PlacedProcess.class.getName(),
                version.name(),
                language,
                zone,
                Files.createDirectory(work.resolve("site")).toString()));
        installed.ifPresent(command::add);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(Map.of("LOCPATH", work.resolve("locales").toString()));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(3, TimeUnit.MINUTES)).as("ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output)).contains("exact in " + language);
    }

    /** Makes a locale of the system if its parts are there; without it only this library is elsewhere, and the server's clock. */
    private Optional<String> made(String locale) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(work.resolve("locales"));
        Files.setPosixFilePermissions(work, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        String name = locale + ".UTF-8";
        try {
            Process process = new ProcessBuilder(
                            "localedef",
                            "-i",
                            locale,
                            "-f",
                            "UTF-8",
                            directory.resolve(name).toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0 ? Optional.of(name) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
