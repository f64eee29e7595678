package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Cluster;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackupRuntime;
import io.pgbackup.Repository;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.engine.wal.WalLanes;
import io.pgbackup.core.engine.wal.WalVerbs;
import io.pgbackup.core.engine.wal.WalWatch;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.lease.LeaseTerms;
import io.pgbackup.core.repository.lease.LeaseWatch;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Warning;
import io.pgbackup.wal.WalGap;
import io.pgbackup.wal.WalPolicy;
import io.pgbackup.wal.WalService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While WAL is archived, what is missing somewhere is told once, and a repository that was down is caught up without a push. */
class WalWatchTest {
    private static final String CLUSTER = "main";

    @TempDir
    Path work;

    private final AtomicBoolean nearDown = new AtomicBoolean();
    private final AtomicBoolean farDown = new AtomicBoolean();
    private final AtomicLong nanoseconds = new AtomicLong();
    private final List<Warning> told = new CopyOnWriteArrayList<>();
    private final PgBackupRuntime runtime =
            PgBackupRuntime.builder().ticker(nanoseconds::get).build();
    private Repository near;
    private Repository far;
    private Repositories repositories;
    private WalLanes lanes;
    private WalVerbs verbs;
    private SyntheticWal wal;

    @BeforeEach
    void begin() {
        near = switched("near", nearDown);
        far = switched("far", farDown);
        wal = new SyntheticWal(work.resolve("pg_wal"));
        repositories = new Repositories(List.of(near, far), InstantSource.system());
        for (Repository repository : repositories.all()) {
            repositories.create(repository);
            try (OpenRepository open = repositories.open(repository)) {
                new IdentityRecords(open, ClusterLayout.of(CLUSTER)).claim(SyntheticWal.SERVER);
            }
        }
        lanes = new WalLanes(repositories.all(), ClusterLayout.of(CLUSTER), repositories, runtime);
        OperationListener listener = new OperationListener() {
            @Override
            public void warning(String operationId, Warning warning) {
                told.add(warning);
            }
        };
        OperationRunner runner = new OperationRunner(
                CLUSTER,
                InstantSource.system(),
                List.of(listener),
                OperationOptions.none(),
                new LeaseWatch(nanoseconds::get, LeaseTerms.STANDARD));
        verbs = new WalVerbs(Cluster.named(CLUSTER).withoutServer(), lanes, WalPolicy.any(), runner);
    }

    @AfterEach
    void end() {
        lanes.close();
        runtime.close();
    }

    private Repository switched(String name, AtomicBoolean down) {
        return Repository.at("faulty://" + work.resolve(name))
                .with(new Faults(storage -> new Refusing(storage, down)))
                .encryptedWith(Site.key(Site.KEY))
                .named(name)
                .build();
    }

    private void push(long number) {
        verbs.push(wal.segment(1, number));
    }

    private void awaitWhole(Repository repository, long number) {
        await().until(() ->
                Files.exists(place(repository, SyntheticWal.name(1, number).toString())));
    }

    private Path place(Repository repository, String name) {
        return work.resolve(repository.name())
                .resolve(CLUSTER + "/wal/1/" + name.substring(0, 8) + "/" + name.substring(0, 16) + "/" + name);
    }

    private List<String> toldOf(String repository) {
        return told.stream()
                .filter(warning -> warning.subject().equals("repository " + repository))
                .map(Warning::message)
                .filter(message -> !message.contains("is not archived there yet"))
                .toList();
    }

    @Test
    void aRepositoryThatWasDownIsCaughtUpWithoutAPush() {
        WalWatch watch = verbs.watch();
        push(7);
        awaitWhole(near, 7);
        awaitWhole(far, 7);
        farDown.set(true);
        push(8);
        push(9);
        watch.look();
        watch.look();
        assertThat(toldOf("far"))
                .singleElement()
                .asString()
                .contains("cannot be looked at")
                .contains("switched off");
        watch.look();
        assertThat(toldOf("far")).as("told once").hasSize(1);

        farDown.set(false);
        watch.look();
        awaitWhole(far, 8);
        awaitWhole(far, 9);
        watch.look();
        assertThat(toldOf("far")).element(1).asString().contains("answers again");
        assertThat(toldOf("near")).isEmpty();
        assertThat(verbs.gaps(far)).isEmpty();
    }

    @Test
    void whatAnotherProcessPushedElsewhereIsToldAndBroughtWhenItIsSeenTwice() throws Exception {
        push(7);
        awaitWhole(far, 7);
        awaitWhole(near, 7);
        push(8);
        awaitWhole(far, 8);
        WalWatch watch = verbs.watch();
        watch.look();
        Files.delete(place(far, SyntheticWal.name(1, 8).toString()));
        watch.look();
        assertThat(toldOf("far")).as("it may be on its way").isEmpty();
        watch.look();
        assertThat(toldOf("far"))
                .singleElement()
                .asString()
                .contains("lags behind")
                .contains(SyntheticWal.name(1, 8).toString());
        awaitWhole(far, 8);
        await().untilAsserted(() -> {
            watch.look();
            assertThat(toldOf("far")).element(1).asString().contains("has caught up");
        });
        watch.look();
        assertThat(toldOf("far")).hasSize(2);
    }

    @Test
    void aGapIsToldOnceAlsoWhereATimelineWasLeft() throws Exception {
        WalWatch watch = verbs.watch();
        push(7);
        watch.look();
        push(9);
        watch.look();
        assertThat(toldOf("near")).as("segments come in parallel").isEmpty();
        watch.look();
        watch.look();
        assertThat(toldOf("near"))
                .singleElement()
                .asString()
                .contains("1 segment of timeline 1")
                .contains(SyntheticWal.name(1, 8).toString());
        push(8);
        verbs.push(wal.history(2, "1\t0/C00028\tpromoted\n"));
        verbs.push(wal.segment(2, 12));
        watch.look();
        watch.look();
        assertThat(toldOf("near"))
                .last()
                .asString()
                .contains("2 segments of timeline 1")
                .contains(SyntheticWal.name(1, 10).toString());
        assertThat(verbs.gaps(near))
                .containsExactly(new WalGap(
                        "near",
                        1,
                        SyntheticWal.name(1, 10).toString(),
                        SyntheticWal.name(1, 11).toString(),
                        2,
                        Optional.empty()));
    }

    @Test
    void whileAServiceIsOpenOneThreadWatchesAndNoneRemains() {
        try (WalService service = verbs.serve(work.resolve("one"));
                WalService other = verbs.serve(work.resolve("two"))) {
            assertThat(service).isNotSameAs(other);
            await().until(() -> threads("Watching") == 2);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> threads("Watching") == 0);
    }

    private static long threads(String type) {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> List.of(stack).stream()
                        .anyMatch(frame -> frame.getClassName().endsWith("." + type)))
                .count();
    }
}
