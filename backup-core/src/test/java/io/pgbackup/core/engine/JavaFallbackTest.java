package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.wal.JavaFallback;
import io.pgbackup.wal.WalService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While nobody serves, the written commands start a JVM; what it cannot do is never taken for success or for a missing file. */
class JavaFallbackTest {
    @TempDir
    Path work;

    private Repository repository;
    private SyntheticWal wal;
    private JavaFallback fallback;

    @BeforeEach
    void begin() throws IOException {
        wal = new SyntheticWal(work.resolve("pg_wal"));
        Path key = Files.writeString(work.resolve("key"), Site.KEY);
        repository = Site.encrypted(work.resolve("repository"), "one");
        Repositories all = new Repositories(List.of(repository), InstantSource.system());
        all.create(repository);
        try (OpenRepository open = all.open(repository)) {
            new IdentityRecords(open, ClusterLayout.of("main")).claim(SyntheticWal.SERVER);
        }
        Path settings = work.resolve("it's settings");
        Files.writeString(
                settings,
                "cluster.name = main\nrepository.1.location = file://" + work.resolve("repository")
                        + "\nrepository.1.encryption-key = file:" + key + "\n");
        fallback = JavaFallback.configuredBy(settings);
    }

    private PgBackup open() {
        return PgBackup.of(Cluster.named("main").withoutServer())
                .repository(repository)
                .build();
    }

    private Path written(String name, JavaFallback way) {
        Path script = work.resolve(name);
        try (PgBackup pg = open();
                WalService service = pg.wal().serve(work.resolve("service"))) {
            String command = name.startsWith("archive")
                    ? service.writeArchiveCommand(script, way)
                    : service.writeRestoreCommand(script, way);
            assertThat(command).endsWith(" %f %p");
        }
        return script;
    }

    private record Ended(int code, String said) {}

    private static Ended run(Path script, String name, Path file) throws Exception {
        Process process = new ProcessBuilder(script.toString(), name, file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    @Test
    void aFileIsPushedAndFetchedWhileNobodyServes() throws Exception {
        Path archive = written("archive", fallback);
        Path restore = written("restore", fallback);
        Path segment = wal.segment(1, 7);
        String name = SyntheticWal.name(1, 7).toString();
        Ended pushed = run(archive, name, segment);
        assertThat(pushed.code()).as(pushed.said()).isZero();
        Path target = work.resolve("fetched");
        Ended fetched = run(restore, name, target);
        assertThat(fetched.code()).as(fetched.said()).isZero();
        assertThat(target).hasSameBinaryContentAs(segment);
        assertThat(run(restore, SyntheticWal.name(1, 8).toString(), work.resolve("x"))
                        .code())
                .isEqualTo(1);
        wal.segment(SyntheticWal.name(1, 7), SyntheticWal.SERVER.systemIdentifier(), 4711);
        Ended conflict = run(archive, name, segment);
        assertThat(conflict.code()).isEqualTo(1);
        assertThat(conflict.said()).contains("WAL_CONFLICT");
    }

    @Test
    void whatCannotStartOrReadIsAnErrorAndNeverAMissingFile() throws Exception {
        JavaFallback noJava = fallback.java(work.resolve("absent"));
        JavaFallback noClasses = fallback.classPath(work.resolve("absent.jar").toString());
        JavaFallback noSettings = JavaFallback.configuredBy(work.resolve("absent"));
        int number = 0;
        for (JavaFallback broken : List.of(noJava, noClasses, noSettings)) {
            Path restore = written("restore" + number, broken);
            Path archive = written("archive" + number++, broken);
            String name = SyntheticWal.name(1, 7).toString();
            assertThat(run(restore, name, work.resolve("x")).code()).isEqualTo(126);
            assertThat(run(archive, name, wal.segment(1, 7)).code()).isEqualTo(1);
        }
        assertThat(run(written("restore", fallback), "../etc/passwd", work.resolve("x"))
                        .code())
                .isEqualTo(126);
    }

    @Test
    void aFileWithLoadedClassesIsMadeAndFits() throws Exception {
        Path shared = work.resolve("classes.jsa");
        JavaFallback archived = fallback.classPath(PackedClassPath.in(work)).sharedArchive(shared);
        try (PgBackup pg = open();
                WalService service = pg.wal().serve(work.resolve("service"))) {
            assertThatThrownBy(() -> service.createSharedArchive(fallback))
                    .isInstanceOfSatisfying(
                            PgBackupException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TARGET_UNUSABLE));
            service.createSharedArchive(archived);
        }
        assertThat(shared).isNotEmptyFile();
        String name = SyntheticWal.name(1, 7).toString();
        assertThat(run(written("archive", archived), name, wal.segment(1, 7)).code())
                .isZero();
        Process strict = new ProcessBuilder(
                        archived.java().toString(),
                        "-Xshare:on",
                        "-XX:SharedArchiveFile=" + shared,
                        "-cp",
                        archived.classPath(),
                        "io.pgbackup.core.engine.wal.LaunchedCommand",
                        "fetch",
                        archived.settings().toString(),
                        name,
                        work.resolve("fetched").toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("said").toFile())
                .start();
        assertThat(strict.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(strict.exitValue()).as("it starts only if the file fits").isZero();
    }
}
