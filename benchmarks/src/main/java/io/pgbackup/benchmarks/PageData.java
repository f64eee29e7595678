package io.pgbackup.benchmarks;

import io.pgbackup.core.postgres.page.PageChecksum;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * Pages as PostgreSQL writes them, made deterministically: little-endian 8 KiB pages with header, checksum, line pointers and tuples growing
 * towards each other. Of ten pages six are of a heap of orders (ids, references, timestamps, amounts, a status, an address, words of
 * a note), three of a B-tree over random references, one of compressed out-of-line values, which nothing compresses again.
 */
final class PageData {
    static final int PAGE = 8192;
    private static final int HEADER = 24;
    private static final int LINE_POINTER = 4;
    private static final int VOCABULARY = 3000;
    private static final String[] STATUS = {"new", "paid", "shipped", "returned"};

    private final Random random;
    private final String[] words = new String[VOCABULARY];
    private long nextId = 1_000_000;
    private long nextTime = 780_000_000_000_000L;
    private long nextLsn = 0x2A_0000_0028L;

    PageData(long seed) {
        random = new Random(seed);
        for (int index = 0; index < words.length; index++) {
            words[index] = word();
        }
    }

    /** A whole number of pages. */
    byte[] pages(int length) {
        byte[] pages = new byte[length / PAGE * PAGE];
        for (int offset = 0, number = 0; offset < pages.length; offset += PAGE, number++) {
            ByteBuffer page = ByteBuffer.wrap(pages, offset, PAGE).slice().order(ByteOrder.LITTLE_ENDIAN);
            switch (number / 8 % 10) {
                case 0, 1, 2, 3, 4, 5 -> heap(page, number);
                case 6, 7, 8 -> index(page);
                default -> toast(page, number);
            }
            page.putShort(8, (short) PageChecksum.compute(pages, offset, PAGE, number));
        }
        return pages;
    }

    private void heap(ByteBuffer page, int block) {
        int transaction = 50_000 + block / 4;
        fill(page, 0, (item, number) -> {
            tupleHeader(item, transaction, block, number, 9);
            item.putLong(nextId++).putLong(skewed(200_000)).putLong(nextTime += random.nextInt(90_000_000));
            item.putInt(0x0B00_8000 | random.nextInt(4)).putShort((short) random.nextInt(10_000));
            text(item, STATUS[random.nextInt(STATUS.length)]);
            text(
                    item,
                    words[skewed(VOCABULARY)] + "." + words[skewed(VOCABULARY)] + random.nextInt(100) + "@example.org");
            text(item, sentence(3 + random.nextInt(12)));
        });
    }

    private void index(ByteBuffer page) {
        int[] key = {random.nextInt(1000)};
        fill(page, 16, (item, number) -> {
            key[0] += random.nextInt(3);
            item.putShort((short) 0).putShort((short) random.nextInt(30_000)).putShort((short)
                    (1 + random.nextInt(60)));
            item.putShort((short) 16).putLong(key[0]);
        });
    }

    private void toast(ByteBuffer page, int block) {
        byte[] chunk = new byte[1996];
        fill(page, 0, (item, number) -> {
            tupleHeader(item, 60_000, block, number, 3);
            random.nextBytes(chunk);
            item.putInt(70_000 + block).putInt(number).putInt(2000 << 2).put(chunk);
        });
    }

    private interface ItemWriter {
        void write(ByteBuffer item, int number);
    }

    private void fill(ByteBuffer page, int special, ItemWriter writer) {
        ByteBuffer item = ByteBuffer.allocate(PAGE).order(ByteOrder.LITTLE_ENDIAN);
        int lower = HEADER;
        int upper = PAGE - special;
        for (int number = 1; ; number++) {
            item.clear();
            writer.write(item, number);
            int length = item.position();
            int aligned = (length + 7) & ~7;
            if (lower + LINE_POINTER > upper - aligned) {
                break;
            }
            upper -= aligned;
            page.put(upper, item.array(), 0, length);
            page.putInt(lower, length << 17 | 1 << 15 | upper);
            lower += LINE_POINTER;
        }
        nextLsn += 8 * (100 + random.nextInt(3000));
        page.putInt(0, (int) (nextLsn >>> 32)).putInt(4, (int) nextLsn);
        page.putShort(12, (short) lower).putShort(14, (short) upper);
        page.putShort(16, (short) (PAGE - special)).putShort(18, (short) (PAGE | 4));
    }

    private static void tupleHeader(ByteBuffer item, int transaction, int block, int number, int attributes) {
        item.putInt(transaction).putInt(0).putInt(0);
        item.putShort((short) (block >>> 16)).putShort((short) block).putShort((short) number);
        item.putShort((short) attributes)
                .putShort((short) 0x0902)
                .put((byte) 24)
                .put((byte) 0);
    }

    private static void text(ByteBuffer item, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.US_ASCII);
        item.put((byte) (bytes.length + 1 << 1 | 1)).put(bytes);
    }

    private String sentence(int length) {
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < length; index++) {
            text.append(index == 0 ? "" : " ").append(words[skewed(VOCABULARY)]);
        }
        return text.substring(0, Math.min(text.length(), 120));
    }

    private String word() {
        StringBuilder text = new StringBuilder();
        for (int syllables = 1 + random.nextInt(4); syllables > 0; syllables--) {
            text.append("bcdfghklmnprstvz".charAt(random.nextInt(16))).append("aeiou".charAt(random.nextInt(5)));
        }
        return text.toString();
    }

    /** Small numbers are frequent, as in life. */
    private int skewed(int bound) {
        double uniform = random.nextDouble();
        return (int) (bound * uniform * uniform * uniform);
    }
}
