package io.pgbackup.core.postgres.page;

import io.pgbackup.Lsn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Pages made up for tests. */
final class PageBytes {
    private PageBytes() {}

    static byte[] page(int size, Lsn lsn, int block) {
        byte[] page = new byte[size];
        new Random(block * 31L + lsn.value()).nextBytes(page);
        ByteBuffer header = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, (int) (lsn.value() >>> 32)).putInt(4, (int) lsn.value());
        header.putShort(10, (short) 1)
                .putShort(12, (short) 40)
                .putShort(14, (short) (size / 2))
                .putShort(16, (short) (size - 8));
        header.putShort(8, (short) PageChecksum.compute(page, 0, size, block));
        return page;
    }
}
