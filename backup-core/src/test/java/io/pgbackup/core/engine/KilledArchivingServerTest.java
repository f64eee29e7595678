package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.Lsn;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.engine.CommitOrder.Commit;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.restore.RecoveryTarget;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.restore.WalDelivery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Under load the process that archives, the server, its archiver, and several of them at once are killed, again and again. What is archived is what the server
 * wrote, without a gap; a restore ends exactly with the last segment that was archived; and in the end nothing is missing.
 */
class KilledArchivingServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(KilledArchivingServerTest.class);
    private static final WalSegmentSize SEGMENT = new WalSegmentSize(1 << 20);

    @TempDir
    Path work;

    @Test
    void someDeathsLoseNothing() throws Exception {
        die(PostgresVersion.V16, 4, 3);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void manyDeathsLoseNothing(PostgresVersion version) throws Exception {
        die(version, 40, System.nanoTime());
    }

    private void die(PostgresVersion version, int deaths, long seed) throws Exception {
        Random random = new Random(seed);
        try (Site site = Site.start(
                version,
                work,
                builder -> builder.walSegmentSize(1)
                        .setting("archive_mode", "on")
                        .setting("wal_level", "logical")
                        .setting("wal_keep_size", "8GB"))) {
            CountingLoad.prepare(site.server());
            CommitOrder.begin(site.server());
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
            }
            try (Victims victims = new Victims(site, repository, work.resolve("archiver.log"))) {
                endure(victims, deaths, random);
                Map<Integer, Long> archived = restored(site, repository);
                String last = last(repository);
                victims.archiveAll();
                List<Commit> commits = CommitOrder.end(site.server());
                assertThat(archived).as("up to %s", last).isEqualTo(stateAt(commits, end(last)));
                requireSameSegments(site.server(), repository);
                assertThat(restored(site, repository)).isEqualTo(CountingLoad.state(site.server()));
                LOG.info(
                        "{}, seed {}: {} deaths, {} transactions; the first restore ended with {}",
                        version,
                        seed,
                        deaths,
                        commits.size(),
                        last);
            }
        }
    }

    /** In the end the archiving process is dead, and some of the log is not archived. */
    private static void endure(Victims victims, int deaths, Random random) throws Exception {
        Victims.Death[] kinds = Victims.Death.values();
        for (int death = 0; death < deaths; death++) {
            victims.live(20 + random.nextInt(400));
            // Each way once, then at random.
            victims.die(kinds[death < kinds.length ? death : random.nextInt(kinds.length)]);
        }
        victims.live(300);
        victims.die(Victims.Death.ARCHIVING_PROCESS);
        victims.leaveUnarchived();
    }

    private static PgBackup reader(Repository repository) {
        return PgBackup.of(Cluster.named("main").withoutServer())
                .repository(repository)
                .build();
    }

    private static Map<Integer, Long> restored(Site site, Repository repository) {
        RestoreRequest request = RestoreRequest.into(site.fresh("restored"))
                .recoverTo(RecoveryTarget.latest())
                .walFrom(WalDelivery.prefetched());
        try (PgBackup pg = reader(repository)) {
            pg.restore(request);
        }
        try (PostgresServer restored = PostgresServer.startOn(site.server().version(), request.directory())) {
            return CountingLoad.state(restored);
        }
    }

    private static Lsn end(String segment) {
        return SEGMENT.startOf(number(segment) + 1);
    }

    /** What was committed with its whole commit record before a position. */
    private static Map<Integer, Long> stateAt(List<Commit> commits, Lsn end) {
        Map<Integer, Long> state = new TreeMap<>();
        commits.stream()
                .filter(commit -> commit.end().compareTo(end) <= 0)
                .forEach(commit -> state.put(commit.writer(), commit.k()));
        return state;
    }

    private static List<String> segments(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.matches("[0-9A-F]{24}"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last one that can be reached: of those that were pushed ahead when the process died, one may be missing in the middle. */
    private static String last(Repository repository) {
        List<String> archived = segments(Site.place(repository).resolve("main/wal/1/00000001/0000000100000000"));
        int last = 0;
        while (last + 1 < archived.size() && number(archived.get(last + 1)) == number(archived.get(last)) + 1) {
            last++;
        }
        return archived.get(last);
    }

    private static long number(String segment) {
        return WalFileName.parse(segment).segmentNumber(SEGMENT);
    }

    /** Every segment that the server has finished is archived with the content that the server still has. */
    private void requireSameSegments(PostgresServer server, Repository repository) throws IOException {
        String current = Objects.requireNonNull(server.query("SELECT pg_walfile_name(pg_current_wal_lsn())"));
        Path fetched = work.resolve("fetched");
        int compared = 0;
        try (PgBackup pg = reader(repository)) {
            assertThat(pg.wal().gaps(repository)).isEmpty();
            for (String name : segments(server.dataDirectory().resolve("pg_wal"))) {
                if (name.compareTo(current) < 0) {
                    assertThat(pg.wal().fetch(name, fetched)).as(name).isTrue();
                    assertThat(fetched)
                            .as(name)
                            .hasSameBinaryContentAs(
                                    server.dataDirectory().resolve("pg_wal").resolve(name));
                    compared++;
                }
            }
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
        }
        assertThat(compared).isGreaterThan(5);
    }
}
