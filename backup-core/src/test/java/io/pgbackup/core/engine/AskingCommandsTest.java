package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The written commands ask the service with whatever the machine has: curl, or perl where there is no curl. */
class AskingCommandsTest {
    @TempDir
    Path work;

    private record Ended(int code, String said) {}

    /** With nothing on the path but the program and what every machine has. */
    private Ended run(String program, Path script, String... arguments) throws Exception {
        Path programs = Files.createDirectories(work.resolve("programs"));
        for (String name : List.of("cat", "mv", "rm", "sleep", program)) {
            Path there = List.of(Path.of("/usr/bin", name), Path.of("/bin", name)).stream()
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElse(Path.of("/absent"));
            assumeThat(there).as(name).isExecutable();
            if (Files.notExists(programs.resolve(name))) {
                Files.createSymbolicLink(programs.resolve(name), there);
            }
        }
        ProcessBuilder builder = new ProcessBuilder(script.toString()).redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PATH", programs.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    private PgBackup open() throws IOException {
        Repository repository = Site.encrypted(work.resolve("repository"), "one");
        Repositories all = new Repositories(List.of(repository), InstantSource.system());
        all.create(repository);
        try (OpenRepository open = all.open(repository)) {
            new IdentityRecords(open, ClusterLayout.of("main")).claim(SyntheticWal.SERVER);
        }
        return PgBackup.of(Cluster.named("main")
                        .at(work)
                        .connectedBy(PgConnection.url("jdbc:postgresql://127.0.0.1:1/none")
                                .user("nobody"))
                        .build())
                .repository(repository)
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"curl", "perl"})
    void whatIsAnsweredIsWhatTheServerUnderstands(String program) throws Exception {
        SyntheticWal wal = new SyntheticWal(work.resolve("pg_wal"));
        String name = SyntheticWal.name(1, 7).toString();
        Path segment = wal.segment(1, 7);
        Path archive = work.resolve("archive");
        Path restore = work.resolve("restore");
        Path target = work.resolve("fetched");
        try (PgBackup pg = open();
                WalService service = pg.wal().serve(work.resolve("service"))) {
            service.writeArchiveCommand(archive);
            service.writeRestoreCommand(restore);
            assertThat(run(program, archive, name)).isEqualTo(new Ended(0, ""));
            assertThat(run(program, restore, name, target.toString())).isEqualTo(new Ended(0, ""));
            assertThat(target).hasSameBinaryContentAs(segment);
            String absent = SyntheticWal.name(1, 8).toString();
            assertThat(run(program, restore, absent, target.toString())).isEqualTo(new Ended(1, ""));

            wal.segment(SyntheticWal.name(1, 7), SyntheticWal.SERVER.systemIdentifier(), 4711);
            Ended conflict = run(program, archive, name);
            assertThat(conflict.code()).isEqualTo(1);
            assertThat(conflict.said())
                    .startsWith("WAL_CONFLICT: ")
                    .contains("\nhint: ")
                    .doesNotContain("500");
        }
        Ended alone = run(program, archive, name);
        assertThat(alone.code()).isEqualTo(1);
        assertThat(alone.said()).contains("does not answer");
    }
}
