package io.pgbackup.benchmarks.compare;

import io.pgbackup.Compression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * pgBackRest, a process for each segment; asynchronous with two workers behind it, or not.
 *
 * @param workspace where it has its files
 * @param source whose segments
 * @param way how they are stored
 * @param asynchronous whether its workers go ahead of what is asked for
 */
record PgBackRestWal(Workspace workspace, WalSource source, CompareWal.Way way, boolean asynchronous)
        implements WalTool {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(20);

    @Override
    public String name() {
        return asynchronous ? "pgbackrest async" : "pgbackrest";
    }

    @Override
    public Session open(Path repository) throws IOException {
        Path place = workspace.fresh("pgbackrest");
        boolean lz4 = way.compression().algorithm() == Compression.Algorithm.LZ4;
        Path configuration = place.resolve("pgbackrest.conf");
        Files.writeString(configuration, """
                [global]
                repo1-path=%1$s
                %2$s
                compress-type=%3$s
                compress-level=%4$s
                archive-async=%5$s
                process-max=2
                log-level-file=off
                log-level-console=warn
                log-path=%6$s
                lock-path=%6$s
                spool-path=%6$s

                [compared]
                pg1-path=%7$s
                """.formatted(
                        repository,
                        way.encrypted() ? "repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=compared by everybody" : "",
                        lz4 ? "lz4" : "zst",
                        lz4 ? 1 : way.compression().level(),
                        asynchronous ? "y" : "n",
                        place,
                        source.data()));
        workspace.own(place);
        String call = Commands.find("pgbackrest").orElseThrow() + " --config=" + configuration + " --stanza=compared ";
        workspace.commands().runAsServerUser(List.of("sh", "-c", call + "--no-online stanza-create"), Map.of());
        return new Session() {
            @Override
            public String archiveCommand() {
                return call + "archive-push pg_wal/\"$1\"";
            }

            @Override
            public String restoreCommand() {
                return call + "archive-get \"$1\" \"$2\"";
            }

            @Override
            public void close() {
                delete(place);
            }
        };
    }

    /** Its workers go on for a moment after the last answer, and make files. */
    private static void delete(Path place) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                Workspace.delete(place);
                return;
            } catch (UncheckedIOException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        }
    }
}
