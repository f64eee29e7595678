package io.pgbackup.core.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.block.RangeJoiner.Range;
import io.pgbackup.core.block.RangeJoiner.Wanted;
import io.pgbackup.core.manifest.BundleRef;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.UnitRuns;
import java.util.List;
import org.junit.jupiter.api.Test;

class RangeJoinerTest {
    @Test
    void neighboursOfOneBundleAreReadAtOnceWhateverFileTheyBelongTo() {
        List<Range<String>> ranges = RangeJoiner.join(List.of(wanted(0, 0, 1000, 500), wanted(0, 0, 500, 500)));
        assertThat(ranges).singleElement().satisfies(range -> {
            assertThat(range.offset()).isEqualTo(500);
            assertThat(range.length()).isEqualTo(1000);
            assertThat(range.frames()).hasSize(2);
        });
    }

    @Test
    void smallGapsAreReadAndThrownAway() {
        assertThat(RangeJoiner.join(List.of(wanted(0, 0, 0, 100), wanted(0, 0, 60_000, 100))))
                .hasSize(1);
    }

    @Test
    void wideGapsAreNot() {
        assertThat(RangeJoiner.join(List.of(wanted(0, 0, 0, 100), wanted(0, 0, 1_000_000, 100))))
                .hasSize(2);
    }

    @Test
    void bundlesAndSetsAreNeverMixed() {
        assertThat(RangeJoiner.join(List.of(wanted(0, 0, 0, 100), wanted(0, 1, 100, 100), wanted(1, 0, 200, 100))))
                .hasSize(3);
    }

    @Test
    void aRangeIsBounded() {
        List<Wanted<String>> frames = java.util.stream.IntStream.range(0, 200)
                .mapToObj(index -> wanted(0, 0, index * 65_000, 65_000))
                .toList();
        assertThat(RangeJoiner.join(frames))
                .allSatisfy(range -> assertThat(range.length()).isLessThanOrEqualTo(4 << 20));
    }

    @Test
    void nothingGivesNothing() {
        assertThat(RangeJoiner.join(List.<Wanted<String>>of())).isEmpty();
    }

    private static Wanted<String> wanted(int set, int bundle, int offset, int length) {
        FrameRef frame = new FrameRef(new BundleRef(bundle, new byte[45]), offset, offset, length, UnitRuns.of(0, 1));
        return new Wanted<>(new NeededFrame(set, frame, frame.units(), new long[0]), "file at " + offset);
    }
}
