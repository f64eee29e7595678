package io.pgbackup.core.postgres.page;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * PostgreSQL's page checksum (rule: {@code src/include/storage/checksum_impl.h}). Thirty-two interleaved sums run over the page as
 * little-endian words. They are computed eight at a time in local variables, four passes over a page that stays in the first-level cache:
 * the form a JIT compiler keeps in registers. Stateless and safe for use by many threads.
 */
public final class PageChecksum {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int PRIME = 16777619;
    private static final int LANES = 8;
    private static final int ROW_BYTES = 128;
    private static final int[] START = {
        0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2, 0x83E13D2C,
        0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C, 0xF718902A, 0x0B1C9CDB,
        0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979, 0xCCA6C0B2, 0x304A0979, 0x85AA43D4,
        0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E, 0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756
    };

    private PageChecksum() {}

    /**
     * Computes the checksum a page should carry. The stored checksum itself does not count.
     *
     * @param data holds the page
     * @param offset where the page begins
     * @param pageSize a multiple of 128; PostgreSQL knows 1 to 32 KiB
     * @param block the page's number within its fork, over all segments; an unsigned number
     * @return 1 to 65535
     * @throws IndexOutOfBoundsException if the page is not within the array
     */
    public static int compute(byte[] data, int offset, int pageSize, int block) {
        java.util.Objects.checkFromIndexSize(offset, pageSize, data.length);
        int end = offset + pageSize;
        int sum = block;
        for (int group = 0; group < START.length / LANES; group++) {
            sum ^= lanes(data, offset + group * LANES * Integer.BYTES, end, group * LANES);
        }
        return Integer.remainderUnsigned(sum, 65535) + 1;
    }

    private static int lanes(byte[] data, int from, int end, int lane) {
        // The stored checksum is the low half of the third word and counts as zero.
        int mask = lane == 0 ? 0xFFFF_0000 : -1;
        int s0 = mix(START[lane], word(data, from));
        int s1 = mix(START[lane + 1], word(data, from + 4));
        int s2 = mix(START[lane + 2], word(data, from + 8) & mask);
        int s3 = mix(START[lane + 3], word(data, from + 12));
        int s4 = mix(START[lane + 4], word(data, from + 16));
        int s5 = mix(START[lane + 5], word(data, from + 20));
        int s6 = mix(START[lane + 6], word(data, from + 24));
        int s7 = mix(START[lane + 7], word(data, from + 28));
        for (int at = from + ROW_BYTES; at < end; at += ROW_BYTES) {
            s0 = mix(s0, word(data, at));
            s1 = mix(s1, word(data, at + 4));
            s2 = mix(s2, word(data, at + 8));
            s3 = mix(s3, word(data, at + 12));
            s4 = mix(s4, word(data, at + 16));
            s5 = mix(s5, word(data, at + 20));
            s6 = mix(s6, word(data, at + 24));
            s7 = mix(s7, word(data, at + 28));
        }
        return finish(s0) ^ finish(s1) ^ finish(s2) ^ finish(s3) ^ finish(s4) ^ finish(s5) ^ finish(s6) ^ finish(s7);
    }

    private static int word(byte[] data, int at) {
        return (int) WORDS.get(data, at);
    }

    private static int mix(int sum, int word) {
        int mixed = sum ^ word;
        return mixed * PRIME ^ mixed >>> 17;
    }

    private static int finish(int sum) {
        return mix(mix(sum, 0), 0);
    }
}
