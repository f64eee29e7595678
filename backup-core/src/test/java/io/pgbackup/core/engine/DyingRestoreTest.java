package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.engine.restore.target.ChangeGate;
import io.pgbackup.error.RestoreException;
import io.pgbackup.restore.RestoreRequest;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A restore that dies before each of its changes, one after the other: what it leaves behind either was there before or is complete, or no server can start it; and
 * the same restore, repeated, completes it.
 */
class DyingRestoreTest {
    /** The process is gone: whatever it tries to change from then on, even to clean up, does not happen. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static final class Death implements ChangeGate {
        private final int at;
        private final AtomicInteger changes = new AtomicInteger();

        Death(int at) {
            this.at = at;
        }

        @Override
        public void before(Path path) {
            if (changes.incrementAndGet() >= at) {
                throw new Killed();
            }
        }

        boolean happened() {
            return changes.get() >= at;
        }
    }

    @TempDir
    Path temporary;

    private Path work;

    @BeforeEach
    void resolve() throws IOException {
        work = temporary.toRealPath();
    }

    @Test
    void aFreshRestoreDiesAnywhere() throws IOException {
        try (RestoreModel model = new RestoreModel(work, new Random(11))) {
            int set = model.take();
            model.restore(set, model.into("fresh")).run();
            SortedMap<String, String> complete = model.tree("fresh");
            int point = 0;
            boolean died = true;
            while (died) {
                died = dies(model, set, model.into("used"), ++point);
                requireHarmless(model, complete, point);
                if (died) {
                    again(model, set, point);
                }
                assertThat(model.tree("used")).as("death at %s", point).isEqualTo(complete);
                remove("used");
            }
            assertThat(point).as("points").isGreaterThan(80);
            System.out.println("deaths of a fresh restore: " + (point - 1));
        }
    }

    /** What a dead restore left is not mistaken for somebody's data, nor overwritten unasked. */
    private static void again(RestoreModel model, int set, int point) {
        try {
            model.restore(set, model.into("used")).run();
        } catch (RestoreException refusal) {
            assertThat(refusal.hint()).as("death at %s", point).contains("replacingExisting");
            model.restore(set, model.into("used").replacingExisting()).run();
        }
    }

    @Test
    void aRestoreOverAnotherStateDiesAnywhere() throws IOException {
        try (RestoreModel model = new RestoreModel(work, new Random(12))) {
            int earlier = model.take();
            model.change(12);
            int later = model.take();
            model.restore(later, model.into("fresh")).run();
            model.restore(earlier, model.into("before")).run();
            Files.writeString(model.place("before/base/5/unknown"), "unknown");
            Files.createDirectories(model.place("before/base/77/deeper"));
            Files.writeString(model.place("before/base/77/deeper/file"), "unknown");
            SortedMap<String, String> before = model.inside("before");
            SortedMap<String, String> complete = model.tree("fresh");
            RestoreRequest request = model.into("used").replacingExisting();
            int point = 0;
            boolean died = true;
            while (died) {
                copy("before");
                died = dies(model, later, request, ++point);
                requireHarmless(model, before, point);
                model.restore(later, request).run();
                assertThat(model.tree("used")).as("death at %s", point).isEqualTo(complete);
                assertThat(model.place("used/pgbackup.restore")).doesNotExist();
                remove("used");
            }
            assertThat(point).as("points").isGreaterThan(50);
            System.out.println("deaths of a restore over another state: " + (point - 1));
        }
    }

    private static boolean dies(RestoreModel model, int set, RestoreRequest request, int point) {
        Death death = new Death(point);
        try {
            model.restore(set, request, death).run();
        } catch (Killed expected) {
            assertThat(death.happened()).isTrue();
            return true;
        }
        assertThat(death.happened()).as("nothing survives its death").isFalse();
        return false;
    }

    private static void requireHarmless(RestoreModel model, SortedMap<String, String> before, int point) {
        if (Files.exists(model.place("used/global/pg_control"), LinkOption.NOFOLLOW_LINKS)) {
            assertThat(model.inside("used"))
                    .as("a server could start what a death at %s left", point)
                    .isIn(before, model.inside("fresh"));
        }
    }

    /** Makes {@code used} out of another place, tablespace and links included. */
    private void copy(String from) throws IOException {
        copy(work.resolve(from), work.resolve("used"));
        copy(work.resolve(from + "-fast"), work.resolve("used-fast"));
        Path link = work.resolve("used/pg_tblspc/16500");
        Files.delete(link);
        Files.createSymbolicLink(link, work.resolve("used-fast"));
    }

    private static void copy(Path from, Path to) throws IOException {
        CopyOption[] exactly = {StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS};
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.copy(directory, to.resolve(from.relativize(directory)), exactly);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)), exactly);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private void remove(String name) throws IOException {
        RestoreOverExistingTest.delete(work.resolve(name));
        RestoreOverExistingTest.delete(work.resolve(name + "-fast"));
    }
}
