package io.pgbackup.core.pipeline;

/**
 * Joins CRC-32C values of neighbouring pieces, so that pieces checked by different workers yield the checksum of the whole. Appending n
 * bytes multiplies the checksum, seen as a polynomial over GF(2), by x to the power of 8n. Stateless.
 */
public final class Crc32c {
    /** The polynomial of CRC-32C; here and below the highest bit is the coefficient of x to the power of 0. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private static final int ONE = 0x80000000;
    /** Checksum of one zero byte. */
    private static final int ZERO_BYTE = 0x527D5351;

    private static final int X_TO_8 = ONE >>> 8;
    /** Element k: the factor for 2 to the power of k bytes. */
    private static final int[] FACTORS = factors();

    private Crc32c() {}

    /**
     * The checksum of two pieces, one after the other.
     *
     * @param first checksum of the first piece
     * @param second checksum of the second piece
     * @param secondLength length of the second piece in bytes, at least 0
     * @return checksum of both
     */
    public static int combine(int first, int second, long secondLength) {
        if (secondLength < 0) {
            throw new IllegalArgumentException("a length of " + secondLength + " bytes");
        }
        int shifted = first;
        long rest = secondLength;
        for (int power = 0; rest != 0; power++) {
            if ((rest & 1) != 0) {
                shifted = multiply(shifted, FACTORS[power]);
            }
            rest >>>= 1;
        }
        return shifted ^ second;
    }

    /**
     * The checksum of nothing but zero bytes.
     *
     * @param length how many, at least 0
     * @return the checksum
     */
    public static int ofZeros(long length) {
        int power = ZERO_BYTE;
        int sum = 0;
        long powerLength = 1;
        for (long rest = length; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                sum = combine(sum, power, powerLength);
            }
            power = combine(power, power, powerLength);
            powerLength <<= 1;
        }
        return sum;
    }

    private static int multiply(int left, int right) {
        int product = 0;
        int shifted = right;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((left & bit) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
        }
        return product;
    }

    private static int[] factors() {
        int[] factors = new int[Long.SIZE - 1];
        factors[0] = X_TO_8;
        for (int power = 1; power < factors.length; power++) {
            factors[power] = multiply(factors[power - 1], factors[power - 1]);
        }
        return factors;
    }
}
