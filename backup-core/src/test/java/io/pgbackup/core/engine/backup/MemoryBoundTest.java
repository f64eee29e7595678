package io.pgbackup.core.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Compression;
import io.pgbackup.Lsn;
import io.pgbackup.backup.BackupOutcomes;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.CheckpointMode;
import io.pgbackup.core.engine.backup.source.BackupSource;
import io.pgbackup.core.engine.backup.source.SourceCluster;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.ControlFileBytes;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.postgres.session.StartedBackup;
import io.pgbackup.core.postgres.session.StoppedBackup;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The memory of a backup as README publishes it: workers × (512 KiB + repositories × (32 MiB + 64 KiB)). A JVM whose heap has room for that and the least that
 * a JVM needs takes a backup into stores that take nothing until every buffer is full; one whose heap lacks a few of the buffers does not.
 */
class MemoryBoundTest {
    private static final int REPOSITORIES = 2;
    private static final long BOUND = LaneHarness.WORKERS * ((512L << 10) + REPOSITORIES * ((32L << 20) + (64L << 10)));

    /** Classes, tables, the test and its repositories' small objects, and the room a collector wants. */
    private static final long BESIDES = 32L << 20;

    /** Buffers that a heap too small lacks, and what they hold: a full one of each worker in each lane. */
    private static final long MISSING = LaneHarness.WORKERS * REPOSITORIES * (16L << 20);

    private static final long CLUSTER = 300L << 20;

    @TempDir
    Path work;

    @Test
    void aHeapOfThePublishedSizeIsEnoughAndNoMuchSmallerOneIs() throws Exception {
        Path data = cluster();
        assertThat(run(data, BOUND + BESIDES)).contains("committed 2");
        assertThat(run(data, BOUND + BESIDES - MISSING)).contains("OutOfMemoryError");
    }

    private String run(Path data, long heap) throws Exception {
        Path output = work.resolve("output-" + heap);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + (heap >> 10) + "k",
                        "-XX:+UseSerialGC",
                        "-Xmn8m",
                        "-XX:MaxDirectMemorySize=16m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryBoundTest.class.getName(),
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            return Files.readString(output);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Content that no codec makes smaller. */
    private Path cluster() throws IOException {
        Path data = work.resolve("data");
        for (String directory : List.of("global", "base/1", "pg_wal", "pg_tblspc")) {
            Files.createDirectories(data.resolve(directory));
        }
        Files.write(data.resolve("global/pg_control"), ControlFileBytes.of(1700));
        Files.writeString(data.resolve("PG_VERSION"), "17\n");
        Random random = new Random(1);
        byte[] segment = new byte[16 << 20];
        random.nextBytes(segment);
        Files.write(data.resolve("pg_wal/000000010000000000000000"), segment);
        try (OutputStream out = Files.newOutputStream(data.resolve("base/1/16384"))) {
            for (int page = 0; page < CLUSTER / FakeCluster.PAGE_SIZE; page++) {
                out.write(FakeCluster.page(random, 1, page));
            }
        }
        return data;
    }

    /** Takes a bundle only when every worker's buffers are full, and keeps none of it. */
    private static final class HeldStorage extends ForwardingStorage {
        private final Semaphore full = new Semaphore(0);
        private final AtomicInteger waiting = new AtomicInteger();

        HeldStorage(Storage delegate) {
            super(delegate);
        }

        @Override
        public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
            if (!key.toString().contains("/bundle/")) {
                super.create(key, payload, attributes);
                return;
            }
            try (InputStream in = payload.open()) {
                if (waiting.incrementAndGet() >= LaneHarness.WORKERS) {
                    full.release(LaneHarness.WORKERS);
                }
                // The last ones of a set are fewer than there are workers.
                boolean all = full.tryAcquire(2, TimeUnit.SECONDS);
                waiting.decrementAndGet();
                in.transferTo(OutputStream.nullOutputStream());
                assertThat(all || in.read() < 0).isTrue();
            } catch (IOException | InterruptedException e) {
                throw new StorageFaultException("held up", e);
            }
        }
    }

    /** A server that is a directory. */
    private record DirectorySource(LocalClusterFiles files) implements BackupSource {
        private static final StartedBackup STARTED = new StartedBackup(new Lsn(1000), new Timeline(1));

        @Override
        public SourceCluster cluster() {
            return new SourceCluster(files, files.readControlFile(), FakeSource.IDENTITY);
        }

        @Override
        public StartedBackup start(String label, CheckpointMode mode) {
            return STARTED;
        }

        @Override
        public void check() {}

        @Override
        public StoppedBackup stop(ControlFile last) {
            return new StoppedBackup(STARTED, new Lsn(1001), new byte[] {'x'}, new byte[0]);
        }

        @Override
        public Lsn flushed() {
            return new Lsn(1L << 40);
        }

        @Override
        public Map<String, String> tablespaceNames() {
            return Map.of();
        }

        @Override
        public Map<String, String> databaseNames() {
            return Map.of();
        }

        @Override
        public void close() {
            files.close();
        }
    }

    /** In a JVM of its own. */
    public static void main(String[] arguments) {
        Place plain = Place.plain("plain");
        Place encrypted = Place.encrypted("encrypted", Compression.zstd(1));
        plain.faults = HeldStorage::new;
        encrypted.faults = HeldStorage::new;
        try (LaneHarness harness = new LaneHarness(plain, encrypted)) {
            harness.sources = source -> new DirectorySource(new LocalClusterFiles(Path.of(arguments[0]), pause -> {}));
            BackupOutcomes outcomes =
                    harness.take(new FakeCluster(), 1000, BackupRequest.full(), List.of(plain, encrypted));
            System.out.println("committed " + outcomes.results().size());
        }
    }
}
