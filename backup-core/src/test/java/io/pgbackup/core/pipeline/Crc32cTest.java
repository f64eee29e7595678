package io.pgbackup.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Crc32cTest {
    @Property(tries = 300)
    void combiningEqualsTheChecksumOfTheWhole(@ForAll byte[] first, @ForAll byte[] second) {
        CRC32C whole = new CRC32C();
        whole.update(first);
        whole.update(second);
        assertThat(Crc32c.combine(checksum(first), checksum(second), second.length))
                .isEqualTo((int) whole.getValue());
    }

    @Test
    void longPiecesCombineToo() {
        byte[] first = Fixture.noise(100_003);
        byte[] second = Fixture.noise(3_000_001);
        CRC32C whole = new CRC32C();
        whole.update(first);
        whole.update(second);
        assertThat(Crc32c.combine(checksum(first), checksum(second), second.length))
                .isEqualTo((int) whole.getValue());
    }

    @Test
    void anyNumberOfZeroBytesBeyondMemoryCombinesInEitherOrder() {
        int half = 0x12345678;
        long length = 1L << 41;
        int inOneStep = Crc32c.combine(half, 0, 2 * length);
        assertThat(Crc32c.combine(Crc32c.combine(half, 0, length), 0, length)).isEqualTo(inOneStep);
    }

    @Test
    void anEmptyPieceChangesNothing() {
        assertThat(Crc32c.combine(0x12345678, 0, 0)).isEqualTo(0x12345678);
        assertThat(Crc32c.combine(0, 0x12345678, 99)).isEqualTo(0x12345678);
    }

    @Test
    void aNegativeLengthIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Crc32c.combine(1, 2, -1));
    }

    private static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return (int) checksum.getValue();
    }

    @Test
    void zerosOfAnyLength() {
        for (int length : new int[] {0, 1, 2, 3, 7, 8, 4096, 8192, 100_001}) {
            CRC32C expected = new CRC32C();
            expected.update(new byte[length]);
            assertThat(Crc32c.ofZeros(length)).as("%d zeros", length).isEqualTo((int) expected.getValue());
        }
    }
}
