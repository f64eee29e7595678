package io.pgbackup.core.compress;

import java.util.Objects;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.slf4j.LoggerFactory;

/**
 * LZ4 by lz4-java. Only the safe decompressor is used: the fast one trusts its input. Without the native library (musl, an unusable
 * temporary directory) the Java implementation answers, several times slower, and one warning per JVM says so.
 */
final class Lz4Codec implements Codec {
    private final LZ4Compressor compressor;
    private final LZ4SafeDecompressor decompressor;

    Lz4Codec() {
        this(Library.FACTORY);
    }

    Lz4Codec(LZ4Factory factory) {
        compressor = factory.fastCompressor();
        decompressor = factory.safeDecompressor();
    }

    @Override
    public CodecSpec spec() {
        return CodecSpec.LZ4;
    }

    @Override
    public int maxCompressedLength(int length) {
        return compressor.maxCompressedLength(length);
    }

    @Override
    public int compress(byte[] in, int inOffset, int inLength, byte[] out, int outOffset, int outMaximum) {
        Objects.checkFromIndexSize(inOffset, inLength, in.length);
        Objects.checkFromIndexSize(outOffset, outMaximum, out.length);
        try {
            return compressor.compress(in, inOffset, inLength, out, outOffset, outMaximum);
        } catch (LZ4Exception e) {
            return DOES_NOT_FIT;
        }
    }

    @Override
    public void decompress(byte[] in, int inOffset, int inLength, byte[] out, int outOffset, int exactLength)
            throws DamagedDataException {
        Objects.checkFromIndexSize(inOffset, inLength, in.length);
        Objects.checkFromIndexSize(outOffset, exactLength, out.length);
        if (inLength == 0) {
            throw new DamagedDataException("lz4 data is empty", null);
        }
        int length;
        try {
            length = decompressor.decompress(in, inOffset, inLength, out, outOffset, exactLength);
        } catch (LZ4Exception e) {
            throw new DamagedDataException("lz4 data cannot be decompressed", e);
        }
        if (length != exactLength) {
            throw DamagedDataException.wrongLength(CodecId.LZ4, exactLength, length);
        }
    }

    @Override
    public void close() {}

    /** Loaded once per JVM, at the first use of the codec. */
    private static final class Library {
        static final LZ4Factory FACTORY = load();

        private static LZ4Factory load() {
            LZ4Factory factory = LZ4Factory.fastestInstance();
            if (!isNative(factory.toString())) {
                LoggerFactory.getLogger(Lz4Codec.class)
                        .warn(
                                "The native lz4 library could not be loaded: {} is used, 3 to 5 times slower. Check that java.io.tmpdir is writable and not mounted noexec.",
                                factory);
            }
            return factory;
        }
    }

    static boolean isNative(String factoryName) {
        return factoryName.contains("JNI");
    }
}
