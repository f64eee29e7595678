package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.engine.UnreliableStorage.Weather;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.wal.WalPushResult.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store of which a third of all calls fails, or succeeds and loses the reply, archives everything once and gives it back. */
class UnreliableArchiveTest {
    @TempDir
    Path work;

    @Test
    void twoHostsPushTheSameSegmentsIntoBadWeather() throws Exception {
        Weather weather = new Weather(11, 0.3, 0);
        Repository repository = Repository.at("faulty://" + work.resolve("repository"))
                .with(new Faults(storage -> new UnreliableStorage(storage, weather)))
                .encryptedWith(Site.key(Site.KEY))
                .named("one")
                .build();
        Repositories all = new Repositories(List.of(repository), InstantSource.system());
        all.create(repository);
        try (OpenRepository open = all.open(repository)) {
            new IdentityRecords(open, ClusterLayout.of("main")).claim(SyntheticWal.SERVER);
        }
        SyntheticWal wal = new SyntheticWal(work.resolve("pg_wal"));
        List<Path> segments = LongStream.range(0, 12)
                .mapToObj(number -> wal.segment(1, number))
                .toList();
        try (PgBackup one = host(repository);
                PgBackup other = host(repository)) {
            for (Path segment : segments) {
                List<Outcome> outcomes = List.of(one, other).parallelStream()
                        .map(host -> host.wal().push(segment).repositories().get("one"))
                        .toList();
                assertThat(outcomes).containsOnly(Outcome.STORED, Outcome.PRESENT);
                assertThat(outcomes)
                        .as("whose create it was is known also when the reply was lost")
                        .doesNotHaveDuplicates();
            }
            for (Path segment : segments) {
                Path target = work.resolve("fetched");
                assertThat(other.wal().fetch(String.valueOf(segment.getFileName()), target))
                        .isTrue();
                assertThat(target).hasSameBinaryContentAs(segment);
                Files.delete(target);
            }
            assertThat(one.wal().fetch(SyntheticWal.name(1, 99).toString(), work.resolve("x")))
                    .isFalse();
            assertThat(one.wal().gaps(repository)).isEmpty();
        }
        assertThat(weather.faults()).isGreaterThan(20);
    }

    private static PgBackup host(Repository repository) {
        return PgBackup.of(Cluster.named("main").withoutServer())
                .repository(repository)
                .build();
    }
}
