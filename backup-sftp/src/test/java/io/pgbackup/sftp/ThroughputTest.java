package io.pgbackup.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.sftp.testkit.Commands;
import io.pgbackup.sftp.testkit.SshServer;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Storage;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes per second beside OpenSSH's own client in the same run, on loopback and over a distance of 40 milliseconds. Prints its figures. */
@Tag("long")
class ThroughputTest {
    private static final int MEBIBYTE = 1024 * 1024;
    private static final int ROUNDS = 3;
    private static final int PARALLEL = 4;

    @Test
    void keepsUpWithTheClientOfOpenSsh() throws Exception {
        try (SshServer server = SshServer.start();
                DelayingProxy far = new DelayingProxy(server.port(), Duration.ofMillis(20))) {
            measure("loopback", server, server.port(), 256 * MEBIBYTE);
            double[] distant = measure("40 ms", server, far.port(), 64 * MEBIBYTE);

            // A distance must not cost more than it costs the usual client; half of it is room for a busy machine.
            assertThat(distant[0]).isGreaterThan(distant[2] / 2);
            assertThat(distant[1]).isGreaterThan(distant[3] / 2);
        }
    }

    /** Our create and read, then put and get of sftp; the best of some rounds each, in MB/s. */
    private double[] measure(String name, SshServer server, int port, int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(server.scratch().resolve("payload"), bytes);
        String location = server.location("speed").replace(":" + server.port(), ":" + port);
        double[] best = new double[6];
        try (Storage storage = Objects.open(location, server.settings())) {
            for (int round = 0; round < ROUNDS; round++) {
                String key = name.replace(' ', '-') + "/" + round;
                note(best, 0, size, () -> {
                    Objects.put(storage, key, bytes);
                    return size;
                });
                note(best, 1, size, () -> drain(storage, key));
                note(best, 2, size, () -> sftp(server, port, "put " + file + " speed.tmp"));
                note(best, 3, size, () -> sftp(server, port, "get speed.tmp " + file + ".back"));
                note(
                        best,
                        4,
                        size,
                        () -> together(part -> {
                            byte[] quarter = java.util.Arrays.copyOf(bytes, size / PARALLEL);
                            Objects.put(storage, key + "-part-" + part, quarter);
                            return quarter.length;
                        }));
                note(best, 5, size, () -> together(part -> drain(storage, key + "-part-" + part)));
            }
        }
        System.out.printf(
                "%s, %d MiB, MB/s: create %.0f, read %.0f; sftp put %.0f, get %.0f; %d at once: create %.0f, read %.0f%n",
                name, size / MEBIBYTE, best[0], best[1], best[2], best[3], PARALLEL, best[4], best[5]);
        return best;
    }

    private static void note(double[] best, int index, int size, Callable<Integer> work) throws Exception {
        long begin = System.nanoTime();
        work.call();
        best[index] = Math.max(best[index], size * 1_000.0 / (System.nanoTime() - begin));
    }

    private static int drain(Storage storage, String key) throws Exception {
        byte[] buffer = new byte[256 * 1024];
        int total = 0;
        try (InputStream stream = storage.read(ObjectKey.of(key), ByteRange.all())) {
            for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
                total += read;
            }
        }
        return total;
    }

    /** With the directory of uploads as its own, and forcing to the disk as we do. */
    private static int sftp(SshServer server, int port, String command) throws Exception {
        Commands.runWithInput(
                "cd " + server.uploadPath() + "\n" + command + "\n",
                "sftp",
                "-q",
                "-f",
                "-b",
                "-",
                "-P",
                Integer.toString(port),
                "-i",
                server.clientKey().toString(),
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=/dev/null",
                server.user() + "@127.0.0.1");
        return 0;
    }

    /** One of some things done at the same time. */
    private interface Part {
        int run(int number) throws Exception;
    }

    private static int together(Part part) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(PARALLEL);
        try {
            List<Future<Integer>> results = new ArrayList<>();
            for (int number = 0; number < PARALLEL; number++) {
                int own = number;
                results.add(threads.submit(() -> part.run(own)));
            }
            int total = 0;
            for (Future<Integer> result : results) {
                total += result.get();
            }
            return total;
        } finally {
            threads.shutdownNow();
        }
    }
}
