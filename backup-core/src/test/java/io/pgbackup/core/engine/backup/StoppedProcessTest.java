package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.BackupLabel;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.backup.MemorySite.Party;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.Storage;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A real process that is stopped, taken for dead, and goes on. */
@DisabledOnOs(OS.WINDOWS)
class StoppedProcessTest {
    @TempDir
    Path place;

    private static void signal(Process process, String name) throws Exception {
        int end = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(end).isZero();
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void aProcessThatWakesUpFindsItsBackupLost() throws Exception {
        Repository described = Repository.at("memory:site").unencrypted().build();
        try (Storage storage = StoppedHolder.directory(place)) {
            new RepositoryOpener(InstantSource.system()).create(described, storage);
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoppedHolder.class.getName(),
                        place.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (MemorySite site = new MemorySite();
                BufferedReader said =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isEqualTo("begun");
            signal(process, "STOP");
            Party taker = site.party(ignored -> StoppedHolder.directory(place));
            assertThat(catchThrowableOfType(PgBackupException.class, taker::full)
                            .code())
                    .isEqualTo(ErrorCode.LEASE_HELD);
            taker.pass(Duration.ofMinutes(15));
            BackupLabel taken = taker.full();
            signal(process, "CONT");
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            assertThat(said.readLine()).isEqualTo(ErrorCode.LEASE_LOST.name());
            assertThat(taker.catalog().backups())
                    .extracting(BackupRecord::label)
                    .containsExactly(taken);
            taker.catalog().backups().forEach(taker::read);
        } finally {
            process.destroyForcibly();
        }
    }
}
