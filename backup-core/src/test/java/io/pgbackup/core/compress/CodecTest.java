package io.pgbackup.core.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import net.jpountz.lz4.LZ4Factory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CodecTest {
    private static final int MARGIN = 16;
    private static final byte GUARD = 0x5A;
    private static final List<Supplier<Codec>> CODECS = List.of(
            CodecSpec.NONE::newCodec,
            CodecSpec.LZ4::newCodec,
            () -> new Lz4Codec(LZ4Factory.safeInstance()),
            CodecSpec.zstd(1)::newCodec,
            CodecSpec.zstd(19)::newCodec);

    @Property(tries = 100)
    void anyBytesComeBack(@ForAll @Size(max = 300) byte[] piece, @ForAll @IntRange(min = 1, max = 300) int repeats)
            throws DamagedDataException {
        byte[] plain = repeat(piece, repeats);
        for (Supplier<Codec> made : CODECS) {
            try (Codec codec = made.get()) {
                byte[] compressed = guarded(codec.maxCompressedLength(plain.length));
                int length = codec.compress(
                        plain, 0, plain.length, compressed, MARGIN, codec.maxCompressedLength(plain.length));
                byte[] out = guarded(plain.length);
                if (length > 0 || codec.spec().equals(CodecSpec.NONE)) {
                    codec.decompress(compressed, MARGIN, length, out, MARGIN, plain.length);
                    assertThat(Arrays.copyOfRange(out, MARGIN, MARGIN + plain.length))
                            .isEqualTo(plain);
                }
                assertGuarded(compressed);
                assertGuarded(out);
            }
        }
    }

    @Property(tries = 300)
    void arbitraryBytesNeverReachBeyondTheOutput(
            @ForAll byte[] garbage, @ForAll @IntRange(max = 2000) int exactLength) {
        for (Supplier<Codec> made : CODECS) {
            try (Codec codec = made.get()) {
                decompressGuarded(codec, garbage, exactLength);
            }
        }
    }

    @Property(tries = 200)
    void damagedBytesNeverReachBeyondTheOutput(
            @ForAll @IntRange(max = 100_000) int position, @ForAll byte damage, @ForAll @IntRange(max = 3) int shape) {
        byte[] plain = repeat(new byte[] {1, 2, 3, 4, (byte) shape, 9}, 500);
        for (Supplier<Codec> made : CODECS) {
            try (Codec codec = made.get()) {
                byte[] compressed = compress(codec, plain);
                compressed[position % compressed.length] ^= damage;
                decompressGuarded(codec, compressed, plain.length);
                decompressGuarded(codec, Arrays.copyOf(compressed, position % compressed.length), plain.length);
            }
        }
    }

    private static void decompressGuarded(Codec codec, byte[] bytes, int exactLength) {
        byte[] out = guarded(exactLength);
        try {
            codec.decompress(bytes, 0, bytes.length, out, MARGIN, exactLength);
        } catch (DamagedDataException e) {
            assertThat(e).hasMessageContaining(codec.spec().id().text());
        }
        assertGuarded(out);
    }

    @Test
    void anotherLengthThanTheExactOneIsDamage() {
        byte[] plain = repeat(new byte[] {1, 2, 3}, 1000);
        for (Supplier<Codec> made : CODECS) {
            try (Codec codec = made.get()) {
                byte[] compressed = compress(codec, plain);
                for (int wrong : new int[] {0, 1, plain.length - 1, plain.length + 1, 2 * plain.length}) {
                    assertThatExceptionOfType(DamagedDataException.class)
                            .isThrownBy(() ->
                                    codec.decompress(compressed, 0, compressed.length, new byte[wrong], 0, wrong));
                }
                assertThatExceptionOfType(DamagedDataException.class)
                        .isThrownBy(() -> codec.decompress(compressed, 0, 0, new byte[10], 0, 10));
            }
        }
    }

    @Test
    void whatDoesNotFitIsSaidAndNothingIsWrittenBeyond() {
        byte[] plain = new byte[5000];
        new java.util.Random(1).nextBytes(plain);
        for (Supplier<Codec> made : CODECS) {
            try (Codec codec = made.get()) {
                for (int maximum : new int[] {0, 1, 100, 4999}) {
                    byte[] out = guarded(maximum);
                    assertThat(codec.compress(plain, 0, plain.length, out, MARGIN, maximum))
                            .isEqualTo(Codec.DOES_NOT_FIT);
                    assertGuarded(out);
                }
            }
        }
    }

    @Test
    void rangesOutsideTheirArraysAreRefused() {
        byte[] ten = new byte[10];
        for (Supplier<Codec> made : CODECS) {
            try (Codec codec = made.get()) {
                assertOutOfBounds(() -> codec.compress(ten, 5, 6, new byte[100], 0, 100));
                assertOutOfBounds(() -> codec.compress(ten, -1, 5, new byte[100], 0, 100));
                assertOutOfBounds(() -> codec.compress(ten, 0, 10, new byte[100], 50, 51));
                assertOutOfBounds(() -> codec.decompress(ten, 5, 6, new byte[100], 0, 100));
                assertOutOfBounds(() -> codec.decompress(ten, 0, 10, new byte[100], 50, 51));
                assertOutOfBounds(() -> codec.decompress(ten, 0, 10, new byte[100], 0, -1));
            }
        }
    }

    @Test
    void theJavaFallbackAndTheNativeLibraryReadEachOther() throws DamagedDataException {
        byte[] plain = repeat(new byte[] {1, 2, 3, 4, 5, 6, 7}, 900);
        List<Codec> instances = List.of(new Lz4Codec(), new Lz4Codec(LZ4Factory.safeInstance()));
        for (Codec writer : instances) {
            byte[] compressed = compress(writer, plain);
            for (Codec reader : instances) {
                byte[] out = new byte[plain.length];
                reader.decompress(compressed, 0, compressed.length, out, 0, out.length);
                assertThat(out).isEqualTo(plain);
            }
        }
    }

    @Test
    void onlyTheNativeFactoryCountsAsNative() {
        assertThat(Lz4Codec.isNative(LZ4Factory.nativeInstance().toString())).isTrue();
        assertThat(Lz4Codec.isNative(LZ4Factory.safeInstance().toString())).isFalse();
    }

    @Test
    void anyZstdLevelReadsAnyOther() throws DamagedDataException {
        byte[] plain = repeat(new byte[] {1, 2, 3, 4, 5, 6, 7}, 900);
        try (Codec reader = CodecSpec.decoding(CodecId.ZSTD).newCodec()) {
            for (int level = 1; level <= 19; level++) {
                try (Codec writer = CodecSpec.zstd(level).newCodec()) {
                    byte[] compressed = compress(writer, plain);
                    byte[] out = new byte[plain.length];
                    reader.decompress(compressed, 0, compressed.length, out, 0, out.length);
                    assertThat(out).isEqualTo(plain);
                }
            }
        }
    }

    @Test
    void aClosedZstdCodecIsNotUsedAndClosesAgain() {
        Codec codec = CodecSpec.zstd(1).newCodec();
        compress(codec, new byte[100]);
        codec.close();
        codec.close();
        assertThatIllegalStateException().isThrownBy(() -> compress(codec, new byte[100]));
    }

    private static byte[] compress(Codec codec, byte[] plain) {
        byte[] out = new byte[codec.maxCompressedLength(plain.length)];
        int length = codec.compress(plain, 0, plain.length, out, 0, out.length);
        return Arrays.copyOf(out, length);
    }

    private static byte[] repeat(byte[] piece, int repeats) {
        byte[] plain = new byte[piece.length * repeats];
        for (int index = 0; index < repeats; index++) {
            System.arraycopy(piece, 0, plain, index * piece.length, piece.length);
        }
        return plain;
    }

    private static byte[] guarded(int length) {
        byte[] bytes = new byte[MARGIN + length + MARGIN];
        Arrays.fill(bytes, GUARD);
        return bytes;
    }

    private static void assertGuarded(byte[] bytes) {
        for (int index = 0; index < MARGIN; index++) {
            assertThat(bytes[index]).isEqualTo(GUARD);
            assertThat(bytes[bytes.length - 1 - index]).isEqualTo(GUARD);
        }
    }

    private static void assertOutOfBounds(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(call);
    }
}
