package io.pgbackup.core.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.NeededWal.SetRange;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever backups there are on whatever timelines: no WAL goes without which one of them could not be restored as far as it should. */
class NeededWalPropertiesTest {
    private static final WalSegmentSize SIZE = new WalSegmentSize(1 << 20);

    private static Lsn position(Random random) {
        return new Lsn((1L + random.nextInt(400)) * SIZE.bytes() + 8L * random.nextInt(1000));
    }

    private static List<SetRange> sets(Random random, int count) {
        List<SetRange> sets = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            Lsn start = position(random);
            Lsn stop = new Lsn(start.value() + 8L * (1 + random.nextInt(500_000)));
            sets.add(new SetRange(at == 0 || random.nextInt(3) == 0, start, stop));
        }
        return sets;
    }

    private static WalFileName segment(long number) {
        return WalFileName.segment(new Timeline(1 + number % 3), number, SIZE);
    }

    @Property(tries = 500)
    void whatBringsASetToItsEndStaysAndSoDoesEverythingSinceThoseThatAreContinued(
            @ForAll Random random,
            @ForAll @IntRange(min = 1, max = 12) int count,
            @ForAll @IntRange(max = 5) int walOf) {
        List<SetRange> sets = sets(random, count);
        List<Lsn> begun = random.nextBoolean() ? List.of() : List.of(position(random));
        NeededWal needed = NeededWal.of(sets, begun, walOf == 0 ? OptionalInt.empty() : OptionalInt.of(walOf), SIZE);
        for (SetRange set : sets) {
            for (WalFileName name : SIZE.filesOf(Timeline.FIRST, set.start(), set.stop())) {
                assertThat(needed.holds(name)).as("%s of %s", name, set).isTrue();
            }
        }
        List<SetRange> fulls = sets.stream().filter(SetRange::full).toList();
        List<SetRange> continued =
                walOf == 0 || fulls.size() <= walOf ? sets : fulls.subList(fulls.size() - walOf, fulls.size());
        for (SetRange set : continued) {
            for (long number = SIZE.segmentOf(set.start()); number < 500; number++) {
                assertThat(needed.holds(segment(number)))
                        .as("%s after %s", number, set)
                        .isTrue();
            }
        }
        for (Lsn start : begun) {
            for (long number = SIZE.segmentOf(start); number < 500; number++) {
                assertThat(needed.holds(segment(number))).isTrue();
            }
        }
        assertThat(needed.holds(WalFileName.history(new Timeline(7)))).isTrue();
    }

    @Property(tries = 200)
    void whatLiesBeforeEverySetGoes(@ForAll Random random, @ForAll @IntRange(min = 1, max = 12) int count) {
        List<SetRange> sets = sets(random, count);
        NeededWal needed = NeededWal.of(sets, List.of(), OptionalInt.empty(), SIZE);
        long oldest = sets.stream()
                .mapToLong(set -> SIZE.segmentOf(set.start()))
                .min()
                .orElseThrow();
        for (long number = 0; number < oldest; number++) {
            assertThat(needed.holds(segment(number))).isFalse();
        }
    }
}
