package io.pgbackup.core.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LentMemoryTest {
    private static final int SEGMENT = 1 << 20;

    private final LentMemory memory = new LentMemory(2);

    @Test
    void whatWasGivenBackIsLentAgain() {
        byte[] first = memory.take(SEGMENT + 10);
        memory.giveBack(first);
        assertThat(memory.take(SEGMENT)).isSameAs(first);
        assertThat(memory.take(SEGMENT)).isNotSameAs(first).hasSize(SEGMENT);
    }

    @Test
    void anArrayThatIsTooShortOrTwiceAsLongIsLeft() {
        byte[] given = memory.take(4 * SEGMENT);
        memory.giveBack(given);
        assertThat(memory.take(4 * SEGMENT + 1)).hasSize(4 * SEGMENT + 1);
        assertThat(memory.take(SEGMENT)).hasSize(SEGMENT);
        assertThat(memory.take(4 * SEGMENT)).isSameAs(given);
    }

    @Test
    void onlyAFewAreKeptAndNoShortOnes() {
        byte[] first = new byte[SEGMENT];
        memory.giveBack(first);
        memory.giveBack(new byte[SEGMENT]);
        memory.giveBack(new byte[SEGMENT]);
        memory.giveBack(new byte[SEGMENT - 1]);
        Set<byte[]> lent = ConcurrentHashMap.newKeySet();
        for (int index = 0; index < 3; index++) {
            lent.add(memory.take(SEGMENT));
        }
        // By identity: equal content says nothing.
        assertThat(lent).hasSize(3).noneMatch(array -> array == first);
    }

    @Test
    void nobodyEverHoldsWhatAnotherHolds() {
        Set<byte[]> held = ConcurrentHashMap.newKeySet();
        IntStream.range(0, 4000).parallel().forEach(index -> {
            byte[] mine = memory.take(SEGMENT);
            assertThat(held.add(mine)).isTrue();
            held.remove(mine);
            memory.giveBack(mine);
        });
    }
}
