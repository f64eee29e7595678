package io.pgbackup.core.block.change;

import java.util.Arrays;

/** Numbers below 65536: a sorted list while they are few, then a bit for each. Not safe for use by many threads. */
final class BlockChunk {
    static final int RANGE = 1 << 16;

    /** From here on the bits are smaller than the list. */
    private static final int MOST_LISTED = 4096;

    private static final int WORDS = RANGE / Long.SIZE;

    private char[] list = new char[4];
    private int count;
    private long[] bits = {};

    void add(int number) {
        if (bits.length > 0) {
            long bit = 1L << number;
            int word = number / Long.SIZE;
            count += (bits[word] & bit) == 0 ? 1 : 0;
            bits[word] |= bit;
            return;
        }
        int at =
                count > 0 && list[count - 1] < number ? -count - 1 : Arrays.binarySearch(list, 0, count, (char) number);
        if (at >= 0) {
            return;
        }
        if (count == MOST_LISTED) {
            toBits();
            add(number);
            return;
        }
        int place = -at - 1;
        if (count == list.length) {
            list = Arrays.copyOf(list, count * 2);
        }
        System.arraycopy(list, place, list, place + 1, count - place);
        list[place] = (char) number;
        count++;
    }

    private void toBits() {
        bits = new long[WORDS];
        for (int index = 0; index < count; index++) {
            bits[list[index] / Long.SIZE] |= 1L << list[index];
        }
        list = new char[0];
    }

    /** The smallest number that is not below another; {@link #RANGE} if there is none. */
    int next(int from) {
        if (from >= RANGE) {
            return RANGE;
        }
        if (bits.length == 0) {
            int at = Arrays.binarySearch(list, 0, count, (char) from);
            int place = at < 0 ? -at - 1 : at;
            return place < count ? list[place] : RANGE;
        }
        int word = from / Long.SIZE;
        long rest = bits[word] & -1L << from;
        while (rest == 0) {
            if (++word == WORDS) {
                return RANGE;
            }
            rest = bits[word];
        }
        return word * Long.SIZE + Long.numberOfTrailingZeros(rest);
    }

    /** Removes a number and all above. */
    void removeFrom(int from) {
        if (bits.length == 0) {
            int at = Arrays.binarySearch(list, 0, count, (char) from);
            count = at < 0 ? -at - 1 : at;
            return;
        }
        int word = from / Long.SIZE;
        bits[word] &= ~(-1L << from);
        Arrays.fill(bits, word + 1, WORDS, 0);
        count = Arrays.stream(bits).mapToInt(Long::bitCount).sum();
    }

    int count() {
        return count;
    }
}
