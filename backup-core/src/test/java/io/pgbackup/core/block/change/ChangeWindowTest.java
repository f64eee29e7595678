package io.pgbackup.core.block.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Lsn;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.postgres.wal.record.MalformedWalException;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import io.pgbackup.core.postgres.wal.record.ResourceManager;
import io.pgbackup.core.postgres.wal.record.WalBytes;
import io.pgbackup.core.postgres.wal.record.WalLayout;
import io.pgbackup.core.postgres.wal.record.WalScanner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ChangeWindowTest {
    private static final int SEGMENT = 1 << 20;
    private static final RelationFork TABLE = new RelationFork(1663, 5, 16384, Fork.MAIN);

    private static ChangeSet joined(List<SegmentSummary> summaries) {
        ChangeWindow window = new ChangeWindow();
        summaries.forEach(summary -> window.add(Summaries.read(Summaries.bytes(summary))));
        return window.changes();
    }

    static Map<RelationFork, String> described(ChangeSet changes) {
        Map<RelationFork, String> described = new TreeMap<>();
        changes.forks().forEach((fork, of) -> {
            StringBuilder words = new StringBuilder(of.limit().toString());
            of.blocks().forEach(block -> words.append(' ').append(block));
            described.put(fork, words.toString());
        });
        return described;
    }

    private static ChangeSet scanned(byte[] log) {
        ChangeSet changes = new ChangeSet();
        ChangeCollector collector = new ChangeCollector(changes);
        WalScanner scanner = new WalScanner(WalBytes.SMALL, new Lsn(5L << 20), collector::add);
        scanner.accept(log, 0, log.length);
        scanner.end();
        return changes;
    }

    @Property(tries = 25)
    void segmentsJoinedSayWhatTheWholeLogSays(@ForAll long seed) {
        WalFormat format = WalFormat.values()[(int) Math.floorMod(seed, 6L)];
        byte[] log = Summaries.log(format, seed, 4 << 20).bytes();
        byte[] whole = Arrays.copyOf(log, log.length / SEGMENT * SEGMENT);
        assertThat(described(joined(Summaries.all(log)))).isEqualTo(described(scanned(whole)));
    }

    @Test
    void lastSegmentMayBeReadUpToARecord() {
        WalBytes wal = Summaries.log(WalFormat.V16, 8, 2 << 20);
        wal.pages(TABLE, 100, 7);
        byte[] log = wal.bytes();
        List<SegmentSummary> summaries = new ArrayList<>(Summaries.all(log));
        Lsn start = new Lsn((5L << 20) + (long) summaries.size() * SEGMENT);
        SegmentSummarizer last = new SegmentSummarizer(WalBytes.SMALL, start, wal.position());
        byte[] rest = Arrays.copyOf(Arrays.copyOfRange(log, summaries.size() * SEGMENT, log.length), SEGMENT);
        last.accept(rest, 0, rest.length);
        summaries.add(last.finish());
        assertThat(described(joined(summaries))).isEqualTo(described(scanned(log)));
    }

    @Test
    void missingSegmentIsAGap() {
        List<SegmentSummary> all =
                Summaries.all(Summaries.log(WalFormat.V17, 3, 4 << 20).bytes());
        assertThatThrownBy(() -> joined(List.of(all.get(0), all.get(2))))
                .isInstanceOf(ChainBrokenException.class)
                .hasMessageContaining("missing");
    }

    /** Two servers went on from one segment and are exactly as far: only the record across the border tells. */
    @Test
    void otherBranchDoesNotFollowThoughPositionsAreTheSame() {
        SegmentSummary first = branch(new byte[SEGMENT - 40 - 127 * 24 + 100]).get(0);
        byte[] other = new byte[SEGMENT - 40 - 127 * 24 + 100];
        other[other.length - 1] = 1;
        List<SegmentSummary> others = branch(other);
        assertThat(others.get(1).chain())
                .isEqualTo(branch(new byte[other.length]).get(1).chain());
        assertThatThrownBy(() -> joined(List.of(first, others.get(1))))
                .isInstanceOf(ChainBrokenException.class)
                .hasMessageContaining("checksum");
    }

    private static List<SegmentSummary> branch(byte[] mainData) {
        WalBytes wal = WalBytes.of(WalFormat.V17);
        wal.record(21, 0, mainData);
        wal.switchSegment();
        return Summaries.all(wal.bytes());
    }

    @Test
    void segmentThatFollowsAnotherRecordDoesNotFollow() {
        WalBytes one = WalBytes.of(WalFormat.V17);
        one.record(10, 0, new byte[10]);
        one.switchSegment();
        WalBytes two = WalBytes.of(WalFormat.V17);
        two.record(10, 0, new byte[90]);
        two.switchSegment();
        two.pages(TABLE, 0, 1);
        two.switchSegment();
        List<SegmentSummary> others = Summaries.all(two.bytes());
        SegmentSummary first = Summaries.all(one.bytes()).get(0);
        assertThatThrownBy(() -> joined(List.of(first, others.get(1))))
                .isInstanceOf(ChainBrokenException.class)
                .hasMessageContaining("follows a record at");
        assertThat(described(joined(others))).containsOnlyKeys(TABLE);
    }

    @Test
    void recordThatWasNeverFinishedChangesNothing() {
        WalBytes wal = WalBytes.of(WalFormat.V14);
        wal.pages(TABLE, 0, 1);
        while (wal.position().value() % SEGMENT < SEGMENT - 8192) {
            wal.record(10, 0, new byte[1000]);
        }
        byte[] record = wal.body(10, 0, new byte[0], new byte[20_000]);
        wal.overwritten(record);
        wal.record(ResourceManager.LOG, 0xD0, new byte[16]);
        wal.pages(TABLE, 0, 3);
        wal.switchSegment();
        List<SegmentSummary> all = Summaries.all(wal.bytes());
        assertThat(all.get(0).tail()).isPresent();
        assertThat(all.get(1).head().end()).isEqualTo(SegmentSummary.Head.End.NEVER);
        assertThat(described(joined(all))).containsEntry(TABLE, "OptionalLong.empty 1 3");
    }

    @Test
    void earlierTimelineDoesNotFollow() {
        WalBytes wal = WalBytes.of(WalFormat.V17).timeline(2);
        wal.switchSegment();
        wal.timeline(1).switchSegment();
        List<SegmentSummary> all = Summaries.all(wal.bytes());
        assertThatThrownBy(() -> joined(all))
                .isInstanceOf(ChainBrokenException.class)
                .hasMessageContaining("timeline");
    }

    @Test
    void logOfLittleDetailCannotBeUsed() {
        WalBytes wal = WalBytes.of(WalFormat.V15);
        wal.record(ResourceManager.LOG, 0x60, new byte[28]);
        wal.switchSegment();
        assertThat(joined(Summaries.all(wal.bytes())).complete()).isFalse();
    }

    @Test
    void cutSegmentHasNoSummary() {
        byte[] log = Summaries.log(WalFormat.V17, 3, 1 << 20).bytes();
        SegmentSummarizer summarizer = new SegmentSummarizer(WalBytes.SMALL, new Lsn(5L << 20));
        summarizer.accept(log, 0, SEGMENT - 8192);
        assertThatThrownBy(summarizer::finish).isInstanceOf(MalformedWalException.class);
    }

    @Test
    void unknownChangeOfFilesIsRefused() {
        WalBytes wal = WalBytes.of(WalFormat.V17);
        wal.record(200, 0x01, new byte[4]);
        wal.switchSegment();
        assertThatThrownBy(() -> Summaries.all(wal.bytes()))
                .isInstanceOf(MalformedWalException.class)
                .hasMessageContaining("200");
    }

    @Test
    void recordTooLongToBeKeptHasNoSummary() {
        WalBytes wal =
                new WalBytes(WalFormat.V17, new WalLayout(1, new WalSegmentSize(8 << 20), 8192), new Lsn(8L << 20));
        wal.record(21, 0, new byte[9 << 20]);
        SegmentSummarizer summarizer =
                new SegmentSummarizer(new WalLayout(1, new WalSegmentSize(8 << 20), 8192), new Lsn(8L << 20));
        summarizer.accept(wal.bytes(), 0, 8 << 20);
        assertThatThrownBy(summarizer::finish)
                .isInstanceOf(MalformedWalException.class)
                .hasMessageContaining("too long");
    }

    /** The written form is kept for ever. */
    @Test
    void writtenFormIsFrozen() {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        wal.pages(TABLE, 0, 3, 4, 300);
        wal.record(
                ResourceManager.STORAGE,
                0x20,
                WalBytes.little(20)
                        .putInt(9)
                        .putInt(1663)
                        .putInt(5)
                        .putInt(16390)
                        .putInt(1)
                        .array());
        wal.pages(new RelationFork(1664, 0, 1262, Fork.MAIN), 0, 0);
        wal.switchSegment();
        String written = HexFormat.of()
                .formatHex(Summaries.bytes(Summaries.all(wal.bytes()).get(0)));
        assertThat(written)
                .isEqualTo("0110" + "7123456789abcdef" + "80804080400101" + "0000000000500000" + "01" + "00" + "00"
                        + "0000000000000000" + "00000000005000d8" + "00" + "03" + "00ff0c058080010303" + "00a702"
                        + "0c06090000" + "800d00ee090100");
    }

    @Test
    void unknownFormIsRefused() {
        byte[] bytes = Summaries.written().get(0);
        bytes[0] = 2;
        assertThatThrownBy(() -> Summaries.read(bytes)).isInstanceOf(MalformedContentException.class);
    }
}
