package io.pgbackup.core.postgres.page;

import io.pgbackup.Lsn;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Judges pages of relation files (rule: {@code PageIsVerified} in {@code bufpage.c}): a page without data must be all zeros; a used page
 * must have a header that makes sense and, if the cluster has checksums, the right one. Immutable and safe for use by many threads.
 *
 * @param pageSize bytes per page, from the control file
 * @param checksums whether the cluster has page checksums, from the control file
 */
public record PageCheck(int pageSize, boolean checksums) {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LARGEST_PAGE = 32 << 10;
    private static final byte[] ZEROS = new byte[LARGEST_PAGE];
    private static final int HEADER_BYTES = 24;
    private static final int VALID_FLAGS = 0x0007;

    /**
     * Checks the page size.
     *
     * @throws IllegalArgumentException if PostgreSQL cannot have such pages
     */
    public PageCheck {
        if (pageSize < 1 << 10 || pageSize > LARGEST_PAGE || Integer.bitCount(pageSize) != 1) {
            throw new IllegalArgumentException("a page is a power of two from 1 to 32 KiB, not " + pageSize);
        }
    }

    /**
     * Looks at a page.
     *
     * @param data holds the page
     * @param offset where the page begins
     * @param block the page's number within its fork, over all segments; an unsigned number
     * @return what its bytes say; a bad verdict from one read may be the server writing: see {@link PageRechecker}
     */
    public PageVerdict check(byte[] data, int offset, int block) {
        if (half(data, offset + 14) == 0) {
            boolean zero = Arrays.equals(data, offset, offset + pageSize, ZEROS, 0, pageSize);
            return zero ? PageVerdict.NEW : PageVerdict.BAD_HEADER;
        }
        if (checksums && half(data, offset + 8) != PageChecksum.compute(data, offset, pageSize, block)) {
            return PageVerdict.BAD_CHECKSUM;
        }
        return headerMakesSense(data, offset) ? PageVerdict.OK : PageVerdict.BAD_HEADER;
    }

    private boolean headerMakesSense(byte[] data, int offset) {
        int lower = half(data, offset + 12);
        int upper = half(data, offset + 14);
        int special = half(data, offset + 16);
        return (half(data, offset + 10) & ~VALID_FLAGS) == 0
                && HEADER_BYTES <= lower
                && lower <= upper
                && upper <= special
                && special <= pageSize
                && special % 8 == 0;
    }

    /**
     * The position of the last change of a page, as its header says.
     *
     * @param data holds the page
     * @param offset where the page begins
     * @return the position; meaningless for a page that is not {@linkplain PageVerdict#good() good}
     */
    public static Lsn lsn(byte[] data, int offset) {
        long high = Integer.toUnsignedLong((int) INTS.get(data, offset));
        long low = Integer.toUnsignedLong((int) INTS.get(data, offset + 4));
        return new Lsn(high << 32 | low);
    }

    private static int half(byte[] data, int at) {
        return Short.toUnsignedInt((short) SHORTS.get(data, at));
    }
}
