package io.pgbackup.core.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.TimelineHistory;
import io.pgbackup.core.postgres.wal.TimelineHistory.Ancestor;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamStartTest {
    private static final WalSegmentSize MIB = new WalSegmentSize(1 << 20);
    private static final Timeline OLD = new Timeline(9);
    private static final Timeline MIDDLE = new Timeline(0xA);
    private static final Timeline NEW = new Timeline(0xFF);

    /** 9 was left in the middle of segment 5, 10 at the border before segment 8. */
    private static final TimelineHistory HISTORY = new TimelineHistory(
            NEW, List.of(new Ancestor(OLD, Lsn.parse("0/580000")), new Ancestor(MIDDLE, Lsn.parse("0/800000"))));

    private static Optional<StreamStart> behind(String... segments) {
        Map<Timeline, WalFileName> newest = new java.util.HashMap<>();
        for (String segment : segments) {
            WalFileName name = WalFileName.parse(segment);
            newest.put(name.timeline(), name);
        }
        return StreamStart.behind(HISTORY, timeline -> Optional.ofNullable(newest.get(timeline)), MIB);
    }

    private static Optional<StreamStart> at(Timeline timeline, String position) {
        return Optional.of(new StreamStart(timeline, Lsn.parse(position)));
    }

    @Test
    void itGoesOnBehindTheNewestSegmentOfTheNewestTimeline() {
        assertThat(behind("0000000A0000000000000006", "000000FF0000000000000009"))
                .isEqualTo(at(NEW, "0/A00000"));
        assertThat(behind("0000000A0000000000000005", "000000090000000000000004"))
                .isEqualTo(at(MIDDLE, "0/600000"));
        assertThat(behind("000000090000000000000003")).isEqualTo(at(OLD, "0/400000"));
    }

    @Test
    void theRestOfATimelineThatWasLeftWithinASegmentIsStillReceived() {
        assertThat(behind("000000090000000000000004")).isEqualTo(at(OLD, "0/500000"));
    }

    @Test
    void whatIsStoredBeyondTheEndOfATimelineIsPassedOver() {
        assertThat(behind("000000090000000000000005")).isEqualTo(at(MIDDLE, "0/500000"));
        assertThat(behind("000000090000000000000FFF")).isEqualTo(at(MIDDLE, "0/500000"));
        assertThat(behind("0000000A0000000000000007")).isEqualTo(at(NEW, "0/800000"));
    }

    @Test
    void otherBranchesCountForNothing() {
        assertThat(behind("0000000B0000000000000007")).isEmpty();
    }

    @Test
    void theSlotDecidesIfItKeepsMore() {
        StreamStart stored = new StreamStart(NEW, Lsn.parse("0/A00000"));
        assertThat(stored.notAfter(Lsn.parse("0/A12345"), HISTORY, MIB)).isEqualTo(stored);
        assertThat(stored.notAfter(Lsn.parse("0/912345"), HISTORY, MIB))
                .isEqualTo(new StreamStart(NEW, Lsn.parse("0/900000")));
        assertThat(stored.notAfter(Lsn.parse("0/512345"), HISTORY, MIB))
                .isEqualTo(new StreamStart(OLD, Lsn.parse("0/500000")));
    }
}
