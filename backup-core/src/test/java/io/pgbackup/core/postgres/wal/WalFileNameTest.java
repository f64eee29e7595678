package io.pgbackup.core.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Lsn;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WalFileNameTest {
    @ParameterizedTest
    @CsvSource({
        "1,16,1/8F000028,00000001000000010000008F",
        "10,16,0/1000000,0000000A0000000000000001",
        "16,16,0/FFFFFFFF,0000001000000000000000FF",
        "255,1,0/FFFFFFFF,000000FF0000000000000FFF",
        "4294967295,64,2/3FFFFFF,FFFFFFFF0000000200000000",
        "1,1024,FFFFFFFF/FFFFFFFF,00000001FFFFFFFF00000003"
    })
    void nameOfASegment(long timeline, int mebibytes, String lsn, String name) {
        WalSegmentSize size = new WalSegmentSize(mebibytes << 20);
        assertThat(WalFileName.containing(new Timeline(timeline), Lsn.parse(lsn), size))
                .hasToString(name);
    }

    @Test
    void bordersBelongToTheSegmentBehindOrBeforeThem() {
        WalSegmentSize size = WalSegmentSize.DEFAULT;
        Lsn border = Lsn.parse("0/4000000");
        assertThat(size.segmentOf(border)).isEqualTo(4);
        assertThat(size.segmentBefore(border)).isEqualTo(3);
        assertThat(size.segmentBefore(Lsn.parse("0/4000001"))).isEqualTo(4);
        assertThat(size.filesOf(Timeline.FIRST, Lsn.parse("0/3000028"), border))
                .hasToString("[000000010000000000000003]");
        assertThat(size.filesOf(Timeline.FIRST, Lsn.parse("0/FEFFFFFF"), Lsn.parse("1/1")))
                .hasToString("[0000000100000000000000FE, 0000000100000000000000FF, 000000010000000100000000]");
        assertThatThrownBy(() -> size.filesOf(Timeline.FIRST, border, border))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> size.segmentBefore(new Lsn(0))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void kindsAreNotConfused() {
        assertThat(WalFileName.parse("00000001000000000000008F").kind()).isEqualTo(WalFileName.Kind.SEGMENT);
        assertThat(WalFileName.parse("00000001000000000000008F.partial").kind()).isEqualTo(WalFileName.Kind.PARTIAL);
        assertThat(WalFileName.parse("00000001000000000000008F.00000028.backup").kind())
                .isEqualTo(WalFileName.Kind.BACKUP_HISTORY);
        assertThat(WalFileName.parse("0000000A.history").timeline()).isEqualTo(new Timeline(10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000001000000000000008f",
                "00000000000000000000008F",
                "00000001000000000000008F.ready",
                "00000001000000000000008F.partial.part",
                "00000001000000000000008",
                "00000001000000000000008FF",
                "00000001.history\n",
                "archive_status",
                "xlogtemp.1234",
                ""
            })
    void otherNamesAreRefused(String name) {
        assertThat(WalFileName.tryParse(name)).isEmpty();
        assertThatThrownBy(() -> WalFileName.parse(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nameOfAnotherSegmentSizeIsRefused() {
        WalFileName name = WalFileName.parse("0000000100000000000000FF");
        assertThat(name.segmentNumber(WalSegmentSize.DEFAULT)).isEqualTo(255);
        assertThatThrownBy(() -> name.segmentNumber(new WalSegmentSize(64 << 20)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void everyNameIsReadAsItWasWritten(
            @ForAll @LongRange(min = 1, max = 0xFFFF_FFFFL) long timeline,
            @ForAll long position,
            @ForAll("sizes") WalSegmentSize size) {
        WalFileName name = WalFileName.containing(new Timeline(timeline), new Lsn(position), size);
        assertThat(WalFileName.parse(name.toString())).isEqualTo(name);
        assertThat(name.segmentNumber(size)).isEqualTo(size.segmentOf(new Lsn(position)));
        assertThat(name.start(size)).isLessThanOrEqualTo(new Lsn(position));
        assertThat(Lsn.parse(new Lsn(position).toString())).isEqualTo(new Lsn(position));
    }

    @Property
    void filesOfARangeFollowEachOther(
            @ForAll @LongRange(min = 1, max = 1L << 62) long start,
            @ForAll @LongRange(min = 1, max = 8L << 30) long length,
            @ForAll("sizes") WalSegmentSize size) {
        Lsn from = new Lsn(start);
        Lsn to = new Lsn(start + Math.min(length, 50L * size.bytes()));
        List<WalFileName> files = size.filesOf(Timeline.FIRST, from, to);
        assertThat(files.get(0).start(size)).isLessThanOrEqualTo(from);
        Lsn lastStart = files.get(files.size() - 1).start(size);
        assertThat(lastStart).isLessThan(to);
        assertThat(lastStart.value() + size.bytes()).isGreaterThanOrEqualTo(to.value());
        for (int at = 1; at < files.size(); at++) {
            assertThat(files.get(at)).isEqualTo(files.get(at - 1).next(size));
            assertThat(files.get(at).toString()).isGreaterThan(files.get(at - 1).toString());
        }
    }

    @Provide
    Arbitrary<WalSegmentSize> sizes() {
        return Arbitraries.integers().between(20, 30).map(bits -> new WalSegmentSize(1 << bits));
    }
}
