package io.pgbackup.core.postgres.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageCheckTest {
    private static final Lsn LSN = Lsn.parse("12/89ABCDEF");

    @ParameterizedTest
    @ValueSource(ints = {4096, 8192, 16384, 32768})
    void goodAndZeroPagesPass(int size) {
        byte[] data = new byte[size * 3];
        System.arraycopy(PageBytes.page(size, LSN, -3), 0, data, size, size);
        PageCheck check = new PageCheck(size, true);

        assertThat(check.check(data, 0, 0)).isEqualTo(PageVerdict.NEW);
        assertThat(check.check(data, size, -3)).isEqualTo(PageVerdict.OK);
        assertThat(check.check(data, size * 2, 1)).isEqualTo(PageVerdict.NEW);
        assertThat(PageCheck.lsn(data, size)).isEqualTo(LSN);
    }

    @Test
    void anyFlippedByteIsFound() {
        byte[] good = PageBytes.page(8192, LSN, 5);
        PageCheck check = new PageCheck(8192, true);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 0x40;
            assertThat(check.check(bad, 0, 5).good()).as("byte %d", at).isFalse();
        }
        assertThat(check.check(good, 0, 6)).isEqualTo(PageVerdict.BAD_CHECKSUM);
    }

    @Test
    void pageWithoutDataMustBeZero() {
        byte[] page = new byte[8192];
        page[8191] = 1;
        assertThat(new PageCheck(8192, true).check(page, 0, 0)).isEqualTo(PageVerdict.BAD_HEADER);
        assertThat(new PageCheck(8192, false).check(page, 0, 0)).isEqualTo(PageVerdict.BAD_HEADER);
    }

    @ParameterizedTest
    @CsvSource({"10,8", "12,23", "12,4097", "14,8185", "16,8193", "16,8190"})
    void contradictoryHeaderIsFound(int at, short value) {
        byte[] page = PageBytes.page(8192, LSN, 0);
        ByteBuffer header = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        header.putShort(at, value);
        assertThat(new PageCheck(8192, false).check(page, 0, 0)).isEqualTo(PageVerdict.BAD_HEADER);
        header.putShort(8, (short) PageChecksum.compute(page, 0, 8192, 0));
        assertThat(new PageCheck(8192, true).check(page, 0, 0)).isEqualTo(PageVerdict.BAD_HEADER);
    }

    @Test
    void withoutChecksumsContentIsNotJudged() {
        byte[] page = PageBytes.page(8192, LSN, 0);
        page[5000]++;
        assertThat(new PageCheck(8192, false).check(page, 0, 0)).isEqualTo(PageVerdict.OK);
    }
}
