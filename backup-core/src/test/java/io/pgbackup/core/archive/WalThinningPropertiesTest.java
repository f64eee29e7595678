package io.pgbackup.core.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.Repository;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.archive.ArchiveExpiry.Rule;
import io.pgbackup.core.archive.NeededWal.SetRange;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Sets come and go, expires keep WAL of ever other numbers of full sets, and restores read what they planned with: no file vanishes before their grace is over, nobody plans with what is about to
 * vanish, and in the end everything that nobody needs is gone.
 */
class WalThinningPropertiesTest {
    private static final WalSegmentSize SIZE = new WalSegmentSize(1 << 20);
    private static final Duration GRACE = Duration.ofHours(24);
    private static final ClusterLayout LAYOUT = ClusterLayout.of("main");

    @Property(tries = 30, shrinking = ShrinkingMode.OFF)
    void whatSomebodyPlannedWithStaysForTheGrace(@ForAll Random random) {
        try (World world = new World()) {
            world.write(3);
            world.full(random.nextInt(3));
            for (int step = 0; step < 60; step++) {
                world.step(random);
                world.requireReadable();
            }
            world.requireNothingLeftBehind(random.nextInt(3));
        }
    }

    @Example
    void aMarkThatIsWantedAgainIsForgotten() {
        try (World world = new World()) {
            world.write(2);
            for (int full = 0; full < 3; full++) {
                world.full(1);
                world.write(4);
            }
            world.expire(OptionalInt.of(1), GRACE);
            assertThat(world.visible()).hasSizeLessThan(world.names().size());
            world.now = world.now.plus(GRACE);
            world.expire(OptionalInt.empty(), GRACE);
            assertThat(world.visible()).isEqualTo(world.names());
            int before = world.names().size();
            world.expire(OptionalInt.of(1), GRACE);
            assertThat(world.names()).as("the grace begins anew").hasSize(before);
            world.expire(OptionalInt.of(1), Duration.ZERO);
            assertThat(world.names()).isEqualTo(world.visible()).hasSizeLessThan(before);
        }
    }

    /** A set that may have been chosen. */
    private static final class KnownSet {
        private final SetRange range;
        private Instant retired = Instant.MAX;

        KnownSet(SetRange range) {
            this.range = range;
        }
    }

    private record Reading(Instant planned, List<WalFileName> files) {}

    /** An archive of two timelines whose log is the same, its sets and its readers. */
    private static final class World implements AutoCloseable {
        private final OpenRepository open;
        private final WalArchive archive;
        private final List<KnownSet> sets = new ArrayList<>();
        private final List<Reading> readings = new ArrayList<>();
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");
        private long next = 1;

        World() {
            MemoryStorage storage = new MemoryStorage(() -> now);
            Repository repository = Repository.at("memory:thinning")
                    .unencrypted()
                    .named("thinning")
                    .build();
            RepositoryOpener opener = new RepositoryOpener(() -> now);
            opener.create(repository, storage);
            open = opener.open(repository, storage);
            new IdentityRecords(open, LAYOUT).claim(new ServerIdentity(1, 17, 8192, SIZE.bytes()));
            archive = new WalArchive(open, ArchiveLayout.of(LAYOUT, 1));
        }

        void step(Random random) {
            now = now.plus(Duration.ofMinutes(random.nextInt(900)));
            switch (random.nextInt(6)) {
                case 0, 1 -> write(1 + random.nextInt(4));
                case 2 -> full(random.nextInt(3));
                case 3, 4 -> plan(random);
                default -> expireSometimes(random);
            }
        }

        private void expireSometimes(Random random) {
            if (random.nextInt(3) == 0 && sets.size() > 1) {
                KnownSet chosen = sets.get(random.nextInt(sets.size() - 1));
                chosen.retired = chosen.retired.equals(Instant.MAX) ? now : chosen.retired;
            }
            int kept = random.nextInt(4);
            expire(kept == 0 ? OptionalInt.empty() : OptionalInt.of(kept), GRACE.multipliedBy(1 + random.nextInt(2)));
        }

        void write(int segments) {
            for (int count = 0; count < segments; count++) {
                for (long timeline = 1; timeline <= 2; timeline++) {
                    WalFileName name = WalFileName.segment(new Timeline(timeline), next, SIZE);
                    open.createRecord(archive.layout().file(name), HeaderKind.WAL, new byte[] {1});
                }
                next++;
            }
        }

        void full(int more) {
            Lsn start = SIZE.startOf(next - 1);
            write(more);
            sets.add(new KnownSet(
                    new SetRange(true, start, new Lsn(SIZE.startOf(next - 1).value() + 8))));
        }

        /** From a set that is listed, as far as one can see it lead, or not so far. */
        private void plan(Random random) {
            List<KnownSet> listed =
                    sets.stream().filter(set -> set.retired.equals(Instant.MAX)).toList();
            SetRange range = listed.get(random.nextInt(listed.size())).range;
            ArchivedFiles files = ArchivedTimelines.lasting(new LogSource(archive, WaitingWal.none()), SIZE)
                    .files(Timeline.FIRST);
            long first = SIZE.segmentOf(range.start());
            long last = files.unbrokenUntil(first, SIZE).orElseThrow();
            long end = first + random.nextInt((int) (last - first) + 1);
            readings.add(new Reading(
                    now,
                    files.names().stream()
                            .filter(name -> first <= name.segmentNumber(SIZE) && name.segmentNumber(SIZE) <= end)
                            .toList()));
        }

        void expire(OptionalInt walOf, Duration grace) {
            sets.removeIf(set ->
                    !set.retired.equals(Instant.MAX) && !set.retired.plus(grace).isAfter(now));
            List<SetRange> ranges = sets.stream().map(set -> set.range).toList();
            new ArchiveExpiry(open, LAYOUT, () -> {}).expire(1, ranges, List.of(), new Rule(walOf, grace));
            for (SetRange range : ranges) {
                assertThat(visible()).containsAll(SIZE.filesOf(Timeline.FIRST, range.start(), range.stop()));
            }
        }

        void requireReadable() {
            readings.removeIf(reading -> !reading.planned().plus(GRACE).isAfter(now));
            List<WalFileName> there = names();
            readings.forEach(reading -> assertThat(there).containsAll(reading.files()));
        }

        void requireNothingLeftBehind(int kept) {
            OptionalInt walOf = kept == 0 ? OptionalInt.empty() : OptionalInt.of(kept);
            // The first may retire, the second delete a set, and so mark its WAL.
            for (int round = 0; round < 3; round++) {
                expire(walOf, GRACE);
                now = now.plus(GRACE);
            }
            List<SetRange> ranges = sets.stream().map(set -> set.range).toList();
            NeededWal needed = NeededWal.of(ranges, List.of(), walOf, SIZE);
            assertThat(names()).allMatch(needed::holds).isEqualTo(visible());
        }

        List<WalFileName> names() {
            return archive.files(Timeline.FIRST).names();
        }

        List<WalFileName> visible() {
            return ArchivedTimelines.lasting(new LogSource(archive, WaitingWal.none()), SIZE)
                    .files(Timeline.FIRST)
                    .names();
        }

        @Override
        public void close() {
            open.close();
        }
    }
}
