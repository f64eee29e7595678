package io.pgbackup.core.postgres.wal.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import org.junit.jupiter.api.Test;

class SegmentHeadTest {
    @Test
    void saysWhoseTheSegmentIs() {
        WalBytes wal = WalBytes.of(WalFormat.V15).timeline(10);
        wal.record(10, 0, new byte[4]);
        assertThat(SegmentHead.read(wal.bytes()))
                .isEqualTo(new SegmentHead(WalFormat.V15, new Timeline(10), new Lsn(5L << 20), WalBytes.SMALL));
    }

    @Test
    void refusesWhatIsNoHead() {
        WalBytes wal = WalBytes.of(WalFormat.V15);
        wal.record(10, 0, new byte[9000]);
        byte[] misplaced = wal.bytes();
        misplaced[8] = 0x20;
        byte[] secondPage = java.util.Arrays.copyOfRange(wal.bytes(), 8192, 9000);
        for (byte[] bytes : new byte[][] {new byte[10], new byte[100], misplaced, secondPage}) {
            assertThatThrownBy(() -> SegmentHead.read(bytes)).isInstanceOf(MalformedWalException.class);
        }
    }
}
