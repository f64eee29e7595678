package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgbackup.core.engine.restore.target.ChangeGate;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RestoreRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small file system of its own that fills up. Needs the right to mount one. */
class RestoreWithoutSpaceTest {
    private Path mount;
    private RestoreModel model;
    private int set;

    @BeforeEach
    void mountASmallFileSystem(@TempDir Path temporary) throws Exception {
        Path work = temporary.toRealPath();
        mount = Files.createDirectory(work.resolve("small"));
        assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && run("mount", "-t", "tmpfs", "-o", "size=8m", "none", mount.toString()),
                "this process may not mount file systems");
        model = new RestoreModel(work, new Random(11));
        Files.write(model.place("source/base/5/16399"), model.pages(600));
        set = model.take();
    }

    @AfterEach
    void unmount() throws Exception {
        if (model != null) {
            model.close();
            run("umount", mount.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    private RestoreRequest small() {
        return Site.restoreInto(mount)
                .tablespace("16500", model.place("small-fast"))
                .replacingExisting();
    }

    private static void fails(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        failure -> assertThat(failure.code()).as("%s", failure).isEqualTo(ErrorCode.NO_SPACE));
    }

    @Test
    void tooLittleIsSaidBeforeAnythingIsWritten() throws IOException {
        Path hog = Files.write(mount.resolve("lost+found"), new byte[0]);
        Files.delete(hog);
        Files.createDirectory(mount.resolve("lost+found"));
        Files.write(mount.resolve("lost+found/hog"), new byte[5 << 20]);
        fails(model.restore(set, small())::plan);
        fails(model.restore(set, small())::run);
        try (var names = Files.list(mount)) {
            assertThat(names.toList()).isEqualTo(List.of(mount.resolve("lost+found")));
        }
    }

    /** Somebody else takes the space after the plan: the directory cannot be started, and the same call completes it later. */
    @Test
    void aDiskThatFillsUpOnTheWay() throws IOException {
        model.restore(set, model.into("fresh")).run();
        Path hog = mount.resolve("lost+found/hog");
        AtomicInteger changes = new AtomicInteger();
        ChangeGate greedy = path -> {
            if (changes.incrementAndGet() == 12) {
                try {
                    Files.createDirectories(hog.resolveSibling("."));
                    Files.write(hog, new byte[6 << 20]);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        fails(model.restore(set, small()).through(greedy)::run);
        assertThat(mount.resolve("global/pg_control")).doesNotExist();
        assertThat(mount.resolve("pgbackup.restore")).exists();

        Files.delete(hog);
        model.restore(set, small()).run();
        assertThat(model.tree("small")).containsAllEntriesOf(model.tree("fresh"));
        assertThat(mount.resolve("lost+found"))
                .as("mount point and lost+found stay")
                .isDirectory();
    }

    /** A file system mounted below the target that the backup does not know stays as it is. */
    @Test
    void aMountedDirectoryIsNotEmptied() throws Exception {
        model.restore(set, model.into("used")).run();
        Path point = Files.createDirectories(model.place("used/extra/mounted"));
        run("mount", "--bind", mount.toString(), point.toString());
        try {
            Files.writeString(mount.resolve("precious"), "precious");
            assertThat(model.restore(set, model.into("used").replacingExisting())
                            .run()
                            .plan()
                            .warnings())
                    .anyMatch(warning -> warning.subject().equals(point.toString()));
            assertThat(point.resolve("precious")).hasContent("precious");
        } finally {
            run("umount", point.toString());
        }
    }
}
