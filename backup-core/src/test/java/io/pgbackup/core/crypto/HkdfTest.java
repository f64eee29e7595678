package io.pgbackup.core.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The vectors of RFC 5869, appendix A, for SHA-256. */
class HkdfTest {
    private static final HexFormat HEX = HexFormat.of();

    @Test
    void basicVector() {
        assertDerived(
                "0b".repeat(22),
                "000102030405060708090a0b0c",
                "f0f1f2f3f4f5f6f7f8f9",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    }

    @Test
    void longInputsVector() {
        assertDerived(
                HEX.formatHex(sequence(0x00, 80)),
                HEX.formatHex(sequence(0x60, 80)),
                HEX.formatHex(sequence(0xb0, 80)),
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                        + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                        + "cc30c58179ec3e87c14c01d5c1f3434f1d87");
    }

    @Test
    void emptySaltAndInfoVector() {
        assertDerived(
                "0b".repeat(22),
                "",
                "",
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    }

    @Test
    void lengthsOutsideTheRfcAreRefused() {
        byte[] key = new byte[32];
        assertThat(Hkdf.derive(key, key, key, 8160)).hasSize(8160);
        assertThatIllegalArgumentException().isThrownBy(() -> Hkdf.derive(key, key, key, 8161));
        assertThatIllegalArgumentException().isThrownBy(() -> Hkdf.derive(key, key, key, 0));
    }

    private static void assertDerived(String inputKey, String salt, String info, String expected) {
        byte[] derived =
                Hkdf.derive(HEX.parseHex(inputKey), HEX.parseHex(salt), HEX.parseHex(info), expected.length() / 2);
        assertThat(HEX.formatHex(derived)).isEqualTo(expected);
    }

    private static byte[] sequence(int first, int length) {
        byte[] bytes = new byte[length];
        for (int index = 0; index < length; index++) {
            bytes[index] = (byte) (first + index);
        }
        return bytes;
    }
}
