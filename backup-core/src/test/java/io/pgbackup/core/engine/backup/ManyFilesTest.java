package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.postgres.ControlFileBytes;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.storage.LocalDirectoryStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A full set, an incremental one and their contents within a small heap: memory grows neither with the number of files nor with their size. */
@Tag("long")
class ManyFilesTest {
    private static final Logger LOG = LoggerFactory.getLogger(ManyFilesTest.class);
    private static final long HEAP = 256L << 20;

    /** What a JVM takes besides its heap: code, classes, stacks, mapped codecs. */
    private static final long MOST_RESIDENT = HEAP + (256L << 20);

    private static final int FILES_PER_DIRECTORY = 10_000;
    private static final long SEGMENT = 1L << 30;

    @TempDir
    Path work;

    @Test
    void twoHundredThousandFilesAndALargeRelation() throws Exception {
        prove(200_000, 20);
    }

    @Test
    void aMillionFiles() throws Exception {
        prove(1_000_000, 0);
    }

    private void prove(int files, int gibibytes) throws Exception {
        Path data = cluster(files, gibibytes);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + (HEAP >> 20) + "m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyFilesTest.class.getName(),
                        data.toString(),
                        work.resolve("repository").toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        LOG.info("{} files, {} GiB: {}", files, gibibytes, output);
        String[] figures = output.substring(output.indexOf("figures ")).split("\\s+");
        assertThat(Long.parseLong(figures[1])).as("files of the full set").isEqualTo(files + gibibytes + 1L);
        assertThat(Long.parseLong(figures[2]))
                .as("changed pages of the incremental")
                .isZero();
        assertThat(Long.parseLong(figures[3])).as("files read back").isEqualTo(files + gibibytes + 1L);
        assertThat(Long.parseLong(figures[4]) << 10).as("resident").isLessThan(MOST_RESIDENT);
    }

    /** Small files in many directories of one database, and a relation of sparse segments. */
    private Path cluster(int files, int gibibytes) throws IOException {
        Path data = work.resolve("data");
        Files.createDirectories(data.resolve("global"));
        Files.write(data.resolve("global/pg_control"), ControlFileBytes.of(1300));
        Files.writeString(data.resolve("PG_VERSION"), "17\n");
        Files.createDirectories(data.resolve("pg_wal"));
        Files.createDirectories(data.resolve("pg_tblspc"));
        byte[] page = FakeCluster.page(new Random(1), 1, 0);
        for (int file = 0; file < files; file++) {
            Path directory = data.resolve("base/" + (1 + file / FILES_PER_DIRECTORY));
            if (file % FILES_PER_DIRECTORY == 0) {
                Files.createDirectories(directory);
            }
            Files.write(directory.resolve(Integer.toString(16384 + file)), file % 10 == 0 ? page : new byte[0]);
        }
        for (int segment = 0; segment < gibibytes; segment++) {
            Path path = data.resolve("base/1/900000" + (segment == 0 ? "" : "." + segment));
            try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
                sparse.setLength(SEGMENT);
            }
        }
        return data;
    }

    /** In a JVM of its own, so that heap and resident set are those of the work alone. */
    public static void main(String[] arguments) throws IOException {
        AtomicLong readBack = new AtomicLong();
        Path place = Path.of(arguments[1]);
        Files.createDirectories(place);
        try (LocalClusterFiles files = new LocalClusterFiles(Path.of(arguments[0]), pause -> {});
                SetHarness harness = new SetHarness(new LocalDirectoryStorage(place))) {
            long begin = System.nanoTime();
            harness.take(files, 1000);
            long full = harness.totals.files();
            long taken = System.nanoTime();
            BackupRecord incremental = harness.take(files, 2000);
            long changed = harness.totals.changedPages();
            long again = System.nanoTime();
            harness.read(incremental, file -> counting(readBack));
            long end = System.nanoTime();
            System.out.printf(
                    "full %d s, incremental %d s, read back %d s; peak resident %d KiB%n",
                    seconds(taken - begin), seconds(again - taken), seconds(end - again), peakResident());
            System.out.printf("figures %d %d %d %d%n", full, changed, readBack.get(), peakResident());
        }
    }

    private static FileTarget counting(AtomicLong files) {
        return new FileTarget() {
            @Override
            public void write(long position, byte[] bytes, int offset, int length) {}

            @Override
            public void complete() {
                files.incrementAndGet();
            }
        };
    }

    private static long seconds(long nanoseconds) {
        return TimeUnit.NANOSECONDS.toSeconds(nanoseconds);
    }

    private static long peakResident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
