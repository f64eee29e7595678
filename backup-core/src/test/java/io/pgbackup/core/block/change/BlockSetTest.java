package io.pgbackup.core.block.change;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.manifest.UnitRuns;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class BlockSetTest {
    private static final long END = 0xFFFF_FFFFL;

    @Property(tries = 200)
    void holdsWhatWasAddedAndNotRemoved(@ForAll long seed) {
        Random random = new Random(seed);
        BlockSet set = new BlockSet();
        TreeSet<Long> truth = new TreeSet<>();
        long range = 1L << (4 + random.nextInt(29));
        for (int step = 0; step < 300; step++) {
            long block = (long) (random.nextDouble() * range);
            switch (random.nextInt(12)) {
                case 0 -> {
                    set.removeFrom(block);
                    truth.tailSet(block).clear();
                }
                case 1 -> {
                    for (long next = block; next < Math.min(END, block + 6000); next++) {
                        set.add(next);
                        truth.add(next);
                    }
                }
                default -> {
                    set.add(block);
                    truth.add(block);
                }
            }
        }
        List<Long> held = new ArrayList<>();
        set.forEach(held::add);
        assertThat(held).isEqualTo(List.copyOf(truth));
        assertThat(set.count()).isEqualTo(truth.size());
        long first = (long) (random.nextDouble() * range);
        List<Long> within = new ArrayList<>();
        set.within(first, 131_072).forEach((unit, count) -> {
            for (int index = 0; index < count; index++) {
                within.add(first + unit + index);
            }
        });
        assertThat(within).isEqualTo(List.copyOf(truth.subSet(first, first + 131_072)));
    }

    @Test
    void reachesToTheLastPage() {
        BlockSet set = new BlockSet();
        set.add(END);
        set.add(0);
        assertThat(set.count()).isEqualTo(2);
        assertThat(set.within(END - 10, 131_072)).isEqualTo(UnitRuns.of(10, 1));
        set.removeFrom(END + 1);
        assertThat(set.count()).isEqualTo(2);
        set.removeFrom(1);
        assertThat(set.count()).isEqualTo(1);
    }
}
