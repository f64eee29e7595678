package io.pgbackup.core.postgres.wal.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFormat;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WalScannerTest {
    private static final RelationFork TABLE = new RelationFork(1663, 5, 16384, Fork.MAIN);
    private static final int HEAP = 10;

    private final List<WalRecord> records = new ArrayList<>();
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private final ByteArrayOutputStream last = new ByteArrayOutputStream();
    private boolean headOverwritten;

    private final RecordVisitor visitor = new RecordVisitor() {
        private Lsn of = new Lsn(0);

        @Override
        public void record(WalRecord record) {
            records.add(record);
        }

        @Override
        public void headBytes(byte[] bytes, int offset, int length) {
            head.write(bytes, offset, length);
        }

        @Override
        public void recordBytes(Lsn start, byte[] bytes, int offset, int length) {
            if (!start.equals(of)) {
                last.reset();
            }
            of = start;
            last.write(bytes, offset, length);
        }

        @Override
        public void headOverwritten() {
            headOverwritten = true;
        }
    };

    private WalScanner scan(byte[] bytes, long from, int piece) {
        WalScanner scanner = new WalScanner(WalBytes.SMALL, new Lsn(from), visitor);
        for (int at = 0; at < bytes.length; at += piece) {
            scanner.accept(bytes, at, Math.min(piece, bytes.length - at));
        }
        scanner.end();
        return scanner;
    }

    private WalScanner scan(byte[] bytes) {
        return scan(bytes, 5L << 20, 8192);
    }

    private List<Lsn> starts() {
        return records.stream().map(WalRecord::start).toList();
    }

    private static WalBytes mixed(WalFormat format, List<Lsn> starts) {
        WalBytes wal = WalBytes.of(format);
        for (int number = 0; number < 400; number++) {
            starts.add(wal.pages(TABLE, number % 5 == 0 ? 6000 : 0, number, number + 1000));
            starts.add(wal.record(HEAP, 0, new byte[number]));
        }
        starts.add(wal.record(21, 0, new byte[1_500_000]));
        starts.add(wal.record(HEAP, 0, new byte[7]));
        return wal;
    }

    @ParameterizedTest
    @EnumSource
    void readsEveryFormAcrossPagesAndSegments(WalFormat format) {
        List<Lsn> starts = new ArrayList<>();
        WalBytes wal = mixed(format, starts);
        WalScanner scanner = scan(wal.bytes());
        assertThat(starts()).isEqualTo(starts);
        assertThat(scanner.soundEnd()).isEqualTo(wal.position());
        assertThat(scanner.format()).isEqualTo(format);
        assertThat(records.get(10).blocks())
                .containsExactly(new BlockReference(TABLE, 5, true), new BlockReference(TABLE, 1005, true));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8191, 8192, 8193, 100_000, 3_000_000})
    void piecesMayHaveAnySize(int piece) {
        List<Lsn> starts = new ArrayList<>();
        byte[] bytes = mixed(WalFormat.V16, starts).bytes();
        scan(bytes, 5L << 20, piece);
        assertThat(starts()).isEqualTo(starts);
    }

    @Test
    void readsStreams() throws IOException {
        List<Lsn> starts = new ArrayList<>();
        byte[] bytes = mixed(WalFormat.V16, starts).bytes();
        WalScanner scanner = new WalScanner(WalBytes.SMALL, new Lsn(5L << 20), visitor);
        scanner.accept(new ByteArrayInputStream(bytes));
        scanner.end();
        assertThat(starts()).isEqualTo(starts);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 64, 1024})
    void segmentsMayHaveAnySize(int mebibytes) {
        WalLayout layout = new WalLayout(1, new WalSegmentSize(mebibytes << 20), 8192);
        Lsn begin = new Lsn((long) mebibytes << 30);
        WalBytes wal = new WalBytes(WalFormat.V18, layout, begin);
        for (int number = 0; number < 300; number++) {
            wal.pages(TABLE, 8000, number);
        }
        WalScanner scanner = new WalScanner(layout, begin, visitor);
        scanner.accept(wal.bytes(), 0, wal.bytes().length);
        scanner.end();
        assertThat(records).hasSize(300);
        assertThat(scanner.soundEnd()).isEqualTo(wal.position());
    }

    @Test
    void segmentByItselfGivesHeadAndTail() {
        List<Lsn> starts = new ArrayList<>();
        WalBytes wal = mixed(WalFormat.V17, starts);
        byte[] bytes = wal.bytes();
        int segment = 1 << 20;
        WalScanner first = scan(Arrays.copyOf(bytes, segment));
        int whole = records.size();
        assertThat(first.unfinished()).contains(starts.get(whole));
        byte[] tail = last.toByteArray();
        records.clear();
        head.reset();
        WalScanner second = scan(Arrays.copyOfRange(bytes, segment, 2 * segment), 6L << 20, 5000);
        assertThat(second.firstPrevious()).contains(starts.get(whole));
        RecordDecoder joined = new RecordDecoder(WalFormat.V17);
        joined.begin(
                starts.get(whole),
                Integer.toUnsignedLong(
                        ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt()));
        joined.accept(tail, 0, tail.length);
        joined.accept(head.toByteArray(), 0, head.size());
        assertThat(joined.finish(starts.get(whole + 1)).start()).isEqualTo(starts.get(whole));
        assertThat(starts().get(0)).isEqualTo(starts.get(whole + 1));
    }

    @Test
    void segmentWithinOneRecordHasNothingButHead() {
        WalBytes wal = WalBytes.of(WalFormat.V15);
        wal.record(21, 0, new byte[3_000_000]);
        byte[] second = Arrays.copyOfRange(wal.bytes(), 1 << 20, 2 << 20);
        WalScanner scanner = scan(second, 6L << 20, 8192);
        assertThat(scanner.withinHead()).isTrue();
        assertThat(records).isEmpty();
        assertThat(head.size()).isEqualTo((1 << 20) - 40 - 127 * 24);
    }

    @Test
    void restOfSwitchedSegmentIsNotRead() {
        WalBytes wal = WalBytes.of(WalFormat.V14);
        wal.record(HEAP, 0, new byte[5]);
        wal.switchSegment();
        Lsn next = wal.record(HEAP, 0, new byte[5]);
        byte[] bytes = wal.bytes();
        Arrays.fill(bytes, 8192, 1 << 20, (byte) 0x77);
        scan(bytes);
        assertThat(records).hasSize(3);
        assertThat(records.get(1).switchesSegment()).isTrue();
        assertThat(records.get(1).end()).isEqualTo(new Lsn(6L << 20));
        assertThat(records.get(2).start()).isEqualTo(next);
    }

    @Test
    void unfinishedRecordIsDroppedWhereAnotherStandsInItsPlace() {
        WalBytes wal = WalBytes.of(WalFormat.V13);
        wal.record(HEAP, 0, new byte[50]);
        wal.overwritten(wal.body(HEAP, 0, new byte[0], new byte[20_000]));
        Lsn overwrite = wal.record(ResourceManager.LOG, 0xD0, new byte[16]);
        WalScanner scanner = scan(wal.bytes());
        assertThat(records).hasSize(2);
        assertThat(records.get(1).start()).isEqualTo(overwrite);
        assertThat(scanner.unfinished()).isEmpty();
    }

    @Test
    void headMayBeOverwrittenToo() {
        WalBytes wal = WalBytes.of(WalFormat.V18);
        while (wal.position().value() % (1 << 20) < (1 << 20) - 8192) {
            wal.record(HEAP, 0, new byte[1000]);
        }
        wal.overwritten(wal.body(HEAP, 0, new byte[0], new byte[20_000]));
        Lsn overwrite = wal.record(ResourceManager.LOG, 0xD0, new byte[16]);
        byte[] bytes = wal.bytes();
        scan(Arrays.copyOfRange(bytes, 1 << 20, bytes.length), 6L << 20, 8192);
        assertThat(headOverwritten).isTrue();
        assertThat(starts()).containsExactly(overwrite);
    }

    @Test
    void timelineMayRiseButNotFall() {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        wal.record(HEAP, 0, new byte[9000]);
        wal.timeline(2).record(HEAP, 0, new byte[9000]);
        assertThat(scan(wal.bytes()).timeline()).isEqualTo(new Timeline(2));
        wal.timeline(1).record(HEAP, 0, new byte[9000]);
        assertProblem(wal.bytes(), WalProblem.END);
    }

    @Test
    void endIsWhereNothingWasWrittenYet() {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        Lsn only = wal.record(HEAP, 0, new byte[20_000]);
        Lsn end = wal.position();
        WalScanner scanner = new WalScanner(WalBytes.SMALL, new Lsn(5L << 20), visitor);
        assertThatThrownBy(() -> scanner.accept(wal.wholeSegments(), 0, 1 << 20))
                .isInstanceOfSatisfying(
                        MalformedWalException.class,
                        e -> assertThat(e.problem()).isEqualTo(WalProblem.END));
        assertThat(scanner.soundEnd()).isEqualTo(end);
        assertThat(starts()).containsExactly(only);
    }

    @Test
    void segmentOfZerosIsNoLog() {
        assertProblem(new byte[1 << 20], WalProblem.END);
    }

    @Test
    void pageOfFormerUseIsTheEnd() {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        for (int number = 0; number < 200; number++) {
            wal.record(HEAP, 0, new byte[100]);
        }
        byte[] bytes = wal.bytes();
        bytes[8192 + 8] ^= 0x40;
        assertProblem(bytes, WalProblem.END);
    }

    @Test
    void damageIsFoundAtTheRecord() {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        wal.record(HEAP, 0, new byte[100]);
        Lsn damaged = wal.record(HEAP, 0, new byte[100]);
        byte[] bytes = wal.bytes();
        bytes[(int) (damaged.value() % (1 << 20)) + 60] ^= 1;
        WalScanner scanner = new WalScanner(WalBytes.SMALL, new Lsn(5L << 20), visitor);
        scanner.accept(bytes, 0, bytes.length);
        assertThatThrownBy(scanner::end).isInstanceOfSatisfying(MalformedWalException.class, e -> {
            assertThat(e.problem()).isEqualTo(WalProblem.BROKEN);
            assertThat(e.position()).isEqualTo(damaged);
            assertThat(e).hasMessageContaining("checksum");
        });
        assertThat(scanner.soundEnd()).isEqualTo(damaged);
    }

    @Test
    void recordThatDoesNotFollowIsFound() {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        wal.record(HEAP, 0, new byte[100]);
        wal.pretendPrevious(5L << 20).record(HEAP, 0, new byte[100]);
        assertProblem(wal.bytes(), WalProblem.BROKEN);
    }

    @Test
    void firstRecordCannotFollowALaterOne() {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        wal.pretendPrevious(9L << 20).record(HEAP, 0, new byte[100]);
        assertProblem(wal.bytes(), WalProblem.BROKEN);
    }

    @Test
    void continuationMustFit() {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        wal.record(HEAP, 0, new byte[20_000]);
        byte[] wrongLength = wal.bytes();
        wrongLength[8192 + 16] ^= 1;
        assertProblem(wrongLength, WalProblem.BROKEN);
        byte[] noContinuation = wal.bytes();
        noContinuation[8192 + 2] = 0;
        Arrays.fill(noContinuation, 8192 + 16, 8192 + 20, (byte) 0);
        assertProblem(noContinuation, WalProblem.BROKEN);
    }

    @Test
    void logOfAnotherClusterIsForeign() {
        WalBytes wal =
                new WalBytes(WalFormat.V16, new WalLayout(42, WalBytes.SMALL.segmentSize(), 8192), new Lsn(5L << 20));
        wal.record(HEAP, 0, new byte[100]);
        assertProblem(wal.bytes(), WalProblem.FOREIGN);
    }

    @Test
    void unknownFormIsRefused() {
        WalBytes wal = WalBytes.of(WalFormat.V18);
        wal.record(HEAP, 0, new byte[100]);
        byte[] bytes = wal.bytes();
        bytes[0]++;
        assertProblem(bytes, WalProblem.UNSUPPORTED);
    }

    @Test
    void otherVersionDoesNotFollow() {
        WalBytes wal = WalBytes.of(WalFormat.V17);
        wal.record(HEAP, 0, new byte[10_000]);
        byte[] bytes = wal.bytes();
        bytes[8192] = (byte) WalFormat.V18.magic();
        assertProblem(bytes, WalProblem.FOREIGN);
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 100, 251})
    void unknownPartIsRefusedNotGuessed(int id) {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        wal.raw(wal.body(HEAP, 0, new byte[] {(byte) id, 0, 0}, new byte[4]));
        assertProblem(wal.bytes(), WalProblem.UNSUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 23, 0x4000_0000, -1})
    void noRecordIsThatLong(int length) {
        WalBytes wal = WalBytes.of(WalFormat.V16);
        byte[] record = wal.body(HEAP, 0, new byte[0], new byte[4]);
        ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).putInt(0, length);
        wal.unchecked(record, record.length);
        assertProblem(wal.bytes(), WalProblem.BROKEN);
    }

    /** Compression of images decides where the next header is. */
    @Test
    void compressedImagesWithAHoleHaveOneFieldMore() {
        for (int compression : new int[] {4, 8, 16}) {
            assertThat(imaged(WalFormat.V15, 1 | compression, true)).hasSize(1);
            assertThat(imaged(WalFormat.V18, compression, false)).hasSize(1);
        }
        assertThat(imaged(WalFormat.V13, 1 | 2, true)).hasSize(1);
        assertThat(imaged(WalFormat.V14, 1 | 4, false)).hasSize(1);
    }

    private List<BlockReference> imaged(WalFormat format, int info, boolean oneMore) {
        ByteBuffer headers = WalBytes.little(oneMore ? 27 : 25);
        headers.put((byte) 0).put((byte) 0x10).putShort((short) 0);
        headers.putShort((short) 100).putShort((short) 40).put((byte) info);
        if (oneMore) {
            headers.putShort((short) 9);
        }
        headers.putInt(1663).putInt(5).putInt(16384).putInt(77);
        WalBytes wal = WalBytes.of(format);
        byte[] record = wal.body(HEAP, 0, headers.array(), new byte[0]);
        byte[] whole = Arrays.copyOf(record, record.length + 100);
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putInt(0, whole.length);
        wal.raw(whole);
        records.clear();
        scan(wal.bytes());
        assertThat(records.get(0).blocks()).containsExactly(new BlockReference(TABLE, 77, true));
        return records.get(0).blocks();
    }

    private void assertProblem(byte[] bytes, WalProblem problem) {
        assertThatThrownBy(() -> scan(bytes))
                .isInstanceOfSatisfying(
                        MalformedWalException.class,
                        e -> assertThat(e.problem()).isEqualTo(problem));
    }
}
