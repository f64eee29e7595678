package io.pgbackup.core.postgres.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageChecksumTest {
    private static final String START = """
            5B1F36E9 B8525960 02AB50AA 1DE66D2A 79FF467A 9BB9F8A3 217E7CD2 83E13D2C F8D4474F E39EB970 42C6AE16 993216FA 7B093B5D 98DAFF3C
            F718902A 0B1C9CDB E58F764B 187636BC 5D7B3BB1 E73DE7DE 92BEC979 CCA6C0B2 304A0979 85AA43D4 783125BB 6CA8EAA2 E407EAC6 4B5CFC3E
            9FBF8C76 15CA20BE F2CA9FD3 959BD756
            """;

    @ParameterizedTest
    @ValueSource(ints = {1024, 2048, 4096, 8192, 16384, 32768})
    void fastFormEqualsThePlainOne(int size) {
        Random random = new Random(size);
        for (int run = 0; run < 20; run++) {
            byte[] data = new byte[size + 13];
            random.nextBytes(data);
            int block = random.nextInt();
            assertThat(PageChecksum.compute(data, 13, size, block))
                    .isEqualTo(plain(data, 13, size, block))
                    .isBetween(1, 65535);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9})
    void storedChecksumDoesNotCount(int at) {
        byte[] data = new byte[8192];
        int before = PageChecksum.compute(data, 0, 8192, 7);
        data[at] = 99;
        assertThat(PageChecksum.compute(data, 0, 8192, 7)).isEqualTo(before);
    }

    /** The rule, word by word. */
    private static int plain(byte[] data, int offset, int size, int block) {
        String[] words = START.trim().split("\\s+");
        int[] sums = new int[32];
        for (int lane = 0; lane < 32; lane++) {
            sums[lane] = Integer.parseUnsignedInt(words[lane], 16);
        }
        ByteBuffer page = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        for (int word = 0; word < size / 4 + 64; word++) {
            int value = word < size / 4 ? page.getInt(offset + word * 4) : 0;
            int mixed = sums[word % 32] ^ (word == 2 ? value & 0xFFFF_0000 : value);
            sums[word % 32] = mixed * 16777619 ^ mixed >>> 17;
        }
        int all = block;
        for (int sum : sums) {
            all ^= sum;
        }
        return (int) (Integer.toUnsignedLong(all) % 65535 + 1);
    }
}
