package io.pgbackup.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ObjectCipherTest {
    private static final byte[] ASSOCIATED = {1, 2, 3, 4, 5};
    private static final byte[] KEY = new byte[32];

    private static List<ObjectCipher> ciphers() {
        return List.of(new AesGcmCipher(KEY, true), new AesGcmCipher(KEY, false), new DigestCipher(new byte[7]));
    }

    @Property(tries = 50)
    void framesOfAnyLengthAndNumberComeBack(
            @ForAll @IntRange(max = 70_000) int length, @ForAll @IntRange(max = 255) int flags)
            throws DamagedFrameException {
        byte[] plain = noise(length);
        for (ObjectCipher cipher : ciphers()) {
            byte[] sealed = seal(cipher, plain, length, flags);
            assertThat(sealed).hasSize(length + cipher.overhead());
            assertThat(open(cipher, sealed, length, flags)).isEqualTo(plain);
        }
    }

    @Test
    void slicedAndWholeSealingYieldTheSameBytes() {
        for (int length : new int[] {0, 1, 1023, 1024, 1025, 2048, 5000, 65_536}) {
            byte[] plain = noise(length);
            assertThat(seal(new AesGcmCipher(KEY, false), plain, 7, 1))
                    .isEqualTo(seal(new AesGcmCipher(KEY, true), plain, 7, 1));
        }
    }

    @Test
    void everyBitFlipOfASealedFrameIsFound() {
        for (ObjectCipher cipher : ciphers()) {
            byte[] sealed = seal(cipher, noise(100), 3, 0x81);
            for (int bit = 0; bit < sealed.length * 8; bit++) {
                byte[] flipped = sealed.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                assertDamaged(cipher, flipped, 3, 0x81);
            }
        }
    }

    @Test
    void anotherNumberOrFlagIsFound() {
        for (ObjectCipher cipher : ciphers()) {
            byte[] sealed = seal(cipher, noise(100), 3, 0);
            for (int bit = 0; bit < 63; bit++) {
                assertDamaged(cipher, sealed, 3 ^ 1L << bit, 0);
            }
            for (int bit = 0; bit < 8; bit++) {
                assertDamaged(cipher, sealed, 3, 1 << bit);
            }
        }
    }

    @Test
    void otherAssociatedDataIsFound() {
        for (ObjectCipher cipher : ciphers()) {
            byte[] sealed = seal(cipher, noise(100), 3, 0);
            FrameSlice slice = new FrameSlice()
                    .frame(3, 0)
                    .associated(ASSOCIATED, ASSOCIATED.length - 1)
                    .from(sealed, 0, sealed.length)
                    .into(new byte[200], 0);
            assertThatExceptionOfType(DamagedFrameException.class).isThrownBy(() -> cipher.open(slice));
        }
    }

    @Test
    void truncatedFramesAreFound() {
        for (ObjectCipher cipher : ciphers()) {
            byte[] sealed = seal(cipher, noise(30), 3, 0);
            for (int length = 0; length < sealed.length; length++) {
                assertDamaged(cipher, Arrays.copyOf(sealed, length), 3, 0);
            }
        }
    }

    @Test
    void aFrameNumberIsSealedOnce() {
        ObjectCipher cipher = new AesGcmCipher(KEY, true);
        seal(cipher, noise(10), 5, 0);
        assertThatIllegalStateException().isThrownBy(() -> seal(cipher, noise(10), 5, 1));
        assertThatIllegalStateException().isThrownBy(() -> seal(cipher, noise(10), 4, 0));
        seal(cipher, noise(10), 6, 0);
    }

    @Test
    void aCipherGoesOnAfterDamage() throws DamagedFrameException {
        for (ObjectCipher cipher : ciphers()) {
            byte[] plain = noise(40);
            byte[] sealed = seal(cipher, plain, 0, 0);
            assertDamaged(cipher, new byte[60], 0, 0);
            assertThat(open(cipher, sealed, 0, 0)).isEqualTo(plain);
        }
    }

    @Test
    void tooLittleRoomIsRefusedBeforeAnythingIsWritten() {
        for (ObjectCipher cipher : ciphers()) {
            byte[] plain = noise(40);
            FrameSlice slice = new FrameSlice().frame(0, 0).from(plain, 0, 40).into(new byte[40], 0);
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> cipher.seal(slice));
        }
    }

    @Test
    void nothingOutsideTheRangesIsTouched() throws DamagedFrameException {
        for (ObjectCipher cipher : ciphers()) {
            byte[] plain = noise(50);
            byte[] out = new byte[200];
            FrameSlice slice = new FrameSlice().frame(0, 0).from(plain, 10, 20).into(out, 100);
            int length = cipher.seal(slice);
            assertThat(Arrays.copyOf(out, 100)).containsOnly(0);
            assertThat(Arrays.copyOfRange(out, 100 + length, 200)).containsOnly(0);
            byte[] back = new byte[200];
            cipher.open(slice.from(out, 100, length).into(back, 50));
            assertThat(Arrays.copyOfRange(back, 50, 70)).isEqualTo(Arrays.copyOfRange(plain, 10, 30));
            assertThat(Arrays.copyOf(back, 50)).containsOnly(0);
            assertThat(Arrays.copyOfRange(back, 70, 200)).containsOnly(0);
        }
    }

    @Test
    void warmingUpTwiceIsFree() {
        CipherWarmup.run();
        assertThat(CipherWarmup.isWarm()).isTrue();
        long start = System.nanoTime();
        CipherWarmup.run();
        assertThat(System.nanoTime() - start).isLessThan(50_000_000L);
    }

    private static byte[] seal(ObjectCipher cipher, byte[] plain, long number, int flags) {
        byte[] out = new byte[plain.length + cipher.overhead()];
        int length = cipher.seal(new FrameSlice()
                .frame(number, flags)
                .associated(ASSOCIATED, ASSOCIATED.length)
                .from(plain, 0, plain.length)
                .into(out, 0));
        return Arrays.copyOf(out, length);
    }

    private static byte[] open(ObjectCipher cipher, byte[] sealed, long number, int flags)
            throws DamagedFrameException {
        byte[] out = new byte[sealed.length];
        int length = cipher.open(new FrameSlice()
                .frame(number, flags)
                .associated(ASSOCIATED, ASSOCIATED.length)
                .from(sealed, 0, sealed.length)
                .into(out, 0));
        return Arrays.copyOf(out, length);
    }

    private static void assertDamaged(ObjectCipher cipher, byte[] sealed, long number, int flags) {
        assertThatExceptionOfType(DamagedFrameException.class).isThrownBy(() -> open(cipher, sealed, number, flags));
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
