package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.pgbackup.core.engine.restore.target.ChangeGate;
import io.pgbackup.error.RestoreException;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.RestoreResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Restores over whatever lies in a directory: the result is that of a fresh restore, however often the restore was killed on the way. */
class RestoreOverExistingTest {
    /** Ends a restore like the end of its process: nothing is cleaned up that a replacing restore would clean up. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static ChangeGate dyingAt(int step) {
        AtomicInteger steps = new AtomicInteger();
        return path -> {
            if (steps.incrementAndGet() >= step) {
                throw new Killed();
            }
        };
    }

    @Property(tries = 12)
    void anythingBecomesTheBackup(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        Path work = Files.createTempDirectory("over").toRealPath();
        try (RestoreModel model = new RestoreModel(work, random)) {
            int full = model.take();
            model.change(8);
            int later = model.take();
            int wanted = random.nextBoolean() ? full : later;
            model.restore(wanted, model.into("fresh")).run();
            model.restore(full + later - wanted, model.into("used")).run();
            mutate(model, random);

            RestoreRequest request = model.into("used").replacingExisting();
            RestorePlan plan = model.restore(wanted, request).plan();
            SortedMap<String, String> before = model.inside("used");
            int kills = random.nextInt(4);
            for (int kill = 0; kill < kills; kill++) {
                killed(model, wanted, request, random, before);
            }
            RestoreResult result = model.restore(wanted, request).run();
            assertThat(model.tree("used")).isEqualTo(model.tree("fresh"));
            assertThat(model.place("used").resolve("pgbackup.restore")).doesNotExist();
            if (kills == 0) {
                assertPlanned(plan, result);
            }
            RestorePlan again = model.restore(wanted, request).plan();
            assertThat(again.changes().filesToCut())
                    .as("only those that a restore makes longer")
                    .isLessThanOrEqualTo(2);
        } finally {
            delete(work);
        }
    }

    private static void killed(
            RestoreModel model, int set, RestoreRequest request, Random random, SortedMap<String, String> before) {
        boolean done = true;
        try {
            model.restore(set, request, dyingAt(1 + random.nextInt(80))).run();
        } catch (Killed expected) {
            done = false;
        }
        boolean control = Files.exists(model.place("used/global/pg_control"), LinkOption.NOFOLLOW_LINKS);
        SortedMap<String, String> now = model.inside("used");
        assertThat(done || !control || now.equals(before) || now.equals(model.inside("fresh")))
                .as("what is half restored has no control file")
                .isTrue();
    }

    /** What was done is what was planned. */
    private static void assertPlanned(RestorePlan plan, RestoreResult result) {
        assertThat(result.plan().changes().removals())
                .filteredOn(path -> !path.endsWith("global/pg_control"))
                .isEqualTo(plan.changes().removals());
        assertThat(result.plan().changes().filesToCut())
                .isEqualTo(plan.changes().filesToCut());
        assertThat(result.bytesReused()).isLessThanOrEqualTo(plan.changes().bytesReused());
        assertThat(plan.changes().bytesReused() - result.bytesReused())
                .as("but for the control file, which is always written")
                .isLessThanOrEqualTo(RestoreModel.PAGE);
    }

    private static void mutate(RestoreModel model, Random random) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String place : List.of("used", "used-fast")) {
            try (Stream<Path> walk = Files.walk(model.place(place))) {
                walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                        .forEach(files::add);
            }
        }
        for (int change = random.nextInt(15); change > 0; change--) {
            Path file = files.get(random.nextInt(files.size()));
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && !file.endsWith("PG_VERSION")
                    && !file.endsWith("global/pg_control")) {
                mutate(file, model, random);
            }
        }
    }

    private static void mutate(Path file, RestoreModel model, Random random) throws IOException {
        FileTime modified = Files.getLastModifiedTime(file);
        byte[] content = Files.readAllBytes(file);
        switch (random.nextInt(9)) {
            case 0 -> Files.delete(file);
            case 1 -> Files.write(file, java.util.Arrays.copyOf(content, content.length + 8192));
            case 2 -> Files.write(file, java.util.Arrays.copyOf(content, random.nextInt(content.length + 1)));
            case 3 -> Files.writeString(file.resolveSibling("unknown" + random.nextInt(3)), "unknown");
            case 4 -> {
                Files.delete(file);
                Files.createDirectories(file.resolve("below/deeper"));
                Files.writeString(file.resolve("below/file"), "in the way");
            }
            case 5 -> {
                Files.delete(file);
                Files.createSymbolicLink(file, Files.writeString(model.place("precious"), "precious"));
            }
            case 6 -> Files.createLink(model.place("copy" + random.nextInt()), file);
            case 7 -> {
                Path directory = Files.createDirectory(model.place("elsewhere" + random.nextInt()));
                Files.writeString(directory.resolve("kept"), "kept");
                Files.createSymbolicLink(file.resolveSibling("link" + random.nextInt()), directory);
            }
            default -> {
                if (content.length > 0) {
                    content[random.nextInt(content.length)] ^= 1;
                    Files.write(file, content);
                }
            }
        }
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.setLastModifiedTime(file, modified);
        }
    }

    @Test
    void nothingOutsideIsTouched(@TempDir Path temporary) throws IOException {
        Path work = temporary.toRealPath();
        try (RestoreModel model = new RestoreModel(work, new Random(1))) {
            int set = model.take();
            model.restore(set, model.into("fresh")).run();
            model.restore(set, model.into("used")).run();
            Path used = model.place("used");
            Path precious = Files.createDirectories(work.resolve("precious"));
            Files.writeString(precious.resolve("PG_VERSION"), "precious");
            Files.writeString(precious.resolve("pg_control"), "precious");
            Files.writeString(precious.resolve("112"), "precious");
            // Another name of the same content, a link where a directory should be, and one where a file should be.
            Files.createLink(work.resolve("cheap-copy"), used.resolve("postgresql.conf"));
            replaceByLink(used.resolve("base/1"), precious);
            replaceByLink(used.resolve("global"), precious);
            replaceByLink(used.resolve("pg_wal"), precious);
            replaceByLink(used.resolve("postgresql.auto.conf"), precious.resolve("112"));
            Files.writeString(used.resolve("postgresql.conf"), "max_connections = 5\n");
            SortedMap<String, String> before = Tree.of(precious);

            model.restore(set, model.into("used").replacingExisting()).run();

            assertThat(Tree.of(precious)).isEqualTo(before);
            assertThat(work.resolve("cheap-copy")).hasContent("max_connections = 5\n");
            assertThat(model.tree("used")).isEqualTo(model.tree("fresh"));
        }
    }

    private static void replaceByLink(Path path, Path target) throws IOException {
        delete(path);
        Files.createSymbolicLink(path, target);
    }

    static void delete(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Test
    void onlyWhatDiffersIsFetched(@TempDir Path temporary) throws IOException {
        try (RestoreModel model = new RestoreModel(temporary.toRealPath(), new Random(2))) {
            Path table = model.place("source/base/5/16390");
            Files.write(table, model.pages(1000));
            int set = model.take();
            model.restore(set, model.into("used")).run();
            Path restored = model.place("used/base/5/16390");
            FileTime modified = Files.getLastModifiedTime(restored);
            byte[] content = Files.readAllBytes(restored);
            content[700 * RestoreModel.PAGE + 100] ^= 1;
            Files.write(restored, content);
            Files.setLastModifiedTime(restored, modified);

            RestoreRequest request = model.into("used").replacingExisting();
            RestorePlan plan = model.restore(set, request).plan();
            assertThat(plan.changes().pagesToFetch()).isEqualTo(1);
            assertThat(plan.changes().bytesReused()).isGreaterThan(999L * RestoreModel.PAGE);
            RestoreResult result = model.restore(set, request).run();

            assertThat(result.plan().changes().pagesToFetch()).isEqualTo(1);
            assertThat(result.bytesRead()).isLessThan(1_000_000);
            assertThat(Files.readAllBytes(restored)).isEqualTo(Files.readAllBytes(table));
        }
    }

    @Test
    void anotherRestoreIsKeptAway(@TempDir Path temporary) throws IOException {
        try (RestoreModel model = new RestoreModel(temporary.toRealPath(), new Random(4))) {
            int set = model.take();
            AtomicInteger steps = new AtomicInteger();
            List<Throwable> refusals = new ArrayList<>();
            ChangeGate rival = path -> {
                if (steps.incrementAndGet() == 15) {
                    refusals.add(
                            catchThrowable(model.restore(set, model.into("used").replacingExisting())::run));
                    refusals.add(catchThrowable(model.restore(set, model.into("used"))::run));
                }
            };
            model.restore(set, model.into("used"), rival).run();
            assertThat(refusals)
                    .hasSize(2)
                    .allSatisfy(refusal -> assertThat(refusal)
                            .isInstanceOf(RestoreException.class)
                            .hasMessageContaining("cannot restore into"));
            assertThat(refusals.get(0)).hasMessageContaining("another restore is at work");
            model.restore(set, model.into("fresh")).run();
            assertThat(model.tree("used")).isEqualTo(model.tree("fresh"));
        }
    }

    /** A plan writes nothing. */
    @Test
    void aPlanOnlyNames(@TempDir Path temporary) throws IOException {
        try (RestoreModel model = new RestoreModel(temporary.toRealPath(), new Random(3))) {
            int set = model.take();
            model.restore(set, model.into("used")).run();
            Files.writeString(model.place("used/base/5/unknown"), "123");
            Files.createDirectories(model.place("used/extra/lost+found"));
            Files.createDirectories(model.place("used/lost+found"));
            SortedMap<String, String> before = model.tree("used");

            RestorePlan plan =
                    model.restore(set, model.into("used").replacingExisting()).plan();

            assertThat(model.tree("used")).isEqualTo(before);
            assertThat(plan.changes().removals())
                    .containsExactly(
                            model.place("used/base/5/unknown").toString(),
                            model.place("used/extra/lost+found").toString(),
                            model.place("used/extra").toString(),
                            model.place("used/recovery.signal").toString());
            assertThat(plan.changes().bytesToRemove()).isEqualTo(3);
            model.restore(set, model.into("used").replacingExisting()).run();
            assertThat(model.place("used/lost+found")).isDirectory();
            assertThat(model.place("used/extra")).doesNotExist();
        } catch (UncheckedIOException e) {
            throw new AssertionError(e);
        }
    }
}
