package io.pgbackup.core.postgres.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where records end: aligned, and longer by the headers of pages that they cross. */
class ShutdownRecordTest {
    private static final int MEBIBYTE = 1 << 20;

    @ParameterizedTest
    @CsvSource({
        "0x2000028, 114, 0x20000a0",
        "0x2001f80, 114, 0x2001ff8",
        "0x2001f90, 112, 0x2002000",
        "0x2001fa0, 114, 0x2002030",
        "0x20fffc0, 114, 0x2100060",
    })
    void aRecordEndsBehindItsBytesAndTheHeadersInBetween(String begin, long length, String end) {
        ShutdownRecord record = new ShutdownRecord(8192, new WalSegmentSize(MEBIBYTE));
        assertThat(record.end(new Lsn(Long.decode(begin)), length)).isEqualTo(new Lsn(Long.decode(end)));
    }

    @ParameterizedTest
    @CsvSource({"0, false", "23, false", "24, true", "114, true", "1024, true", "1025, false"})
    void garbageIsNoCheckpoint(long length, boolean plausible) {
        assertThat(ShutdownRecord.isPlausible(length)).isEqualTo(plausible);
    }
}
