package io.pgbackup.core.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Lsn;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineHistoryTest {
    private static final String TWICE_PROMOTED =
            "1\t0/4BBE3D0\tno recovery target specified\n\n3\tA/D000120\treached consistency\n";

    private final TimelineHistory history = parse(5, TWICE_PROMOTED);

    private static TimelineHistory parse(long timeline, String text) {
        return TimelineHistory.parse(new Timeline(timeline), text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static Timeline timeline(long value) {
        return new Timeline(value);
    }

    @Test
    void namesAncestorsAndWhereTheyWereLeft() {
        assertThat(history.ancestors())
                .extracting(TimelineHistory.Ancestor::timeline)
                .containsExactly(timeline(1), timeline(3));
        assertThat(history.switchPointOf(timeline(1))).contains(Lsn.parse("0/4BBE3D0"));
        assertThat(history.switchPointOf(timeline(3))).contains(Lsn.parse("A/D000120"));
        assertThat(history.switchPointOf(timeline(2))).isEmpty();
        assertThat(history.switchPointOf(timeline(5))).isEmpty();
    }

    @Test
    void aPositionBelongsToTheTimelineThatWroteIt() {
        assertThat(history.ownerOf(Lsn.parse("0/1"))).contains(timeline(1));
        assertThat(history.ownerOf(Lsn.parse("0/4BBE3CF"))).contains(timeline(1));
        assertThat(history.ownerOf(Lsn.parse("0/4BBE3D0"))).contains(timeline(3));
        assertThat(history.ownerOf(Lsn.parse("A/D000120"))).contains(timeline(5));
        assertThat(history.ownerOf(Lsn.parse("FFFFFFFF/FFFFFFFF"))).contains(timeline(5));
        assertThat(history.ownerOf(new Lsn(0))).isEmpty();
    }

    @Test
    void anAncestorIsOneThatWasLeft() {
        assertThat(history.isDescendantOf(timeline(1))).isTrue();
        assertThat(history.isDescendantOf(timeline(3))).isTrue();
        assertThat(history.isDescendantOf(timeline(2))).isFalse();
        assertThat(history.isDescendantOf(timeline(5))).isFalse();
    }

    @Test
    void includesWhatHappenedBeforeAnAncestorWasLeft() {
        assertThat(history.includes(timeline(1), Lsn.parse("0/4BBE3D0"))).isTrue();
        assertThat(history.includes(timeline(1), Lsn.parse("0/4BBE3D1"))).isFalse();
        assertThat(history.includes(timeline(2), Lsn.parse("0/1"))).isFalse();
        assertThat(history.includes(timeline(5), Lsn.parse("FF/0"))).isTrue();
    }

    @Test
    void aTimelineWithoutAncestorsOwnsEverything() {
        TimelineHistory first = TimelineHistory.of(Timeline.FIRST);
        assertThat(first.ownerOf(Lsn.parse("0/1"))).contains(Timeline.FIRST);
        assertThat(first.isDescendantOf(Timeline.FIRST)).isFalse();
    }

    @Test
    void aTimelineLeftWhereItBeganOwnsNothing() {
        TimelineHistory hasty = parse(3, "1\t0/2000000\ta\n2\t0/2000000\tb\n");
        assertThat(hasty.ownerOf(Lsn.parse("0/1FFFFFF"))).contains(timeline(1));
        assertThat(hasty.ownerOf(Lsn.parse("0/2000000"))).contains(timeline(3));
    }

    @Test
    void commentsAndReasonsOfAnyBytesSayNothing() {
        TimelineHistory odd = parse(2, "# 7\t0/1\tx\n\n  \t\r\n  1 \t 0/a0\tbefore \"\u00fc\u00ff\t\r0/7\"\r\n");
        assertThat(odd.ancestors()).containsExactly(new TimelineHistory.Ancestor(Timeline.FIRST, Lsn.parse("0/A0")));
        assertThat(parse(2, "1\t0/A0\n")).isEqualTo(odd);
        assertThat(parse(2, "1\t0/A0\tcut in the rea")).isEqualTo(odd);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# nothing\n",
                "x\t0/1\ty\n",
                "1\n",
                "1\t0\tx\n",
                "1\t0/100000000\tx\n",
                "1\t0/1x\n",
                "-1\t0/1\tx\n",
                "0\t0/1\tx\n",
                "4294967296\t0/1\tx\n",
                "9\t0/1\tx\n",
                "10\t0/1\tx\n",
                "3\t0/1\tx\n2\t0/2\tx\n",
                "2\t0/1\tx\n2\t0/2\tx\n",
                "2\t0/2\tx\n3\t0/1\tx\n",
                "1\t0/4BB"
            })
    void otherFilesAreRefused(String text) {
        assertThatThrownBy(() -> parse(9, text)).isInstanceOfSatisfying(ClusterException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
            assertThat(refusal).hasMessageContaining("00000009.history");
        });
    }

    @Test
    void aHugeFileIsRefusedAndALongOneIsRead() {
        StringBuilder text = new StringBuilder();
        for (int ancestor = 1; text.length() < 1_000_000; ancestor++) {
            text.append(ancestor)
                    .append("\t0/")
                    .append(Integer.toHexString(ancestor))
                    .append("\tpromoted again\n");
        }
        assertThat(parse(0xFFFF_FFFFL, text.toString()).ancestors()).hasSizeGreaterThan(30_000);
        text.append("#".repeat(100_000));
        assertThatThrownBy(() -> parse(0xFFFF_FFFFL, text.toString())).isInstanceOf(ClusterException.class);
    }

    @Test
    void ancestorsOutOfOrderAreNoHistory() {
        TimelineHistory.Ancestor second = new TimelineHistory.Ancestor(timeline(2), new Lsn(5));
        assertThatIllegalArgumentException().isThrownBy(() -> new TimelineHistory(timeline(2), List.of(second)));
    }
}
