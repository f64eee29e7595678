package io.pgbackup.core.compress;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Zstandard by zstd-jni; contexts are made at first use and kept. Standard frames, which any zstd tool can read. */
final class ZstdCodec implements Codec {
    private final CodecSpec spec;
    private @Nullable ZstdCompressCtx compressor;
    private @Nullable ZstdDecompressCtx decompressor;
    private boolean closed;

    ZstdCodec(CodecSpec spec) {
        ZstdLibrary.requireLoaded();
        this.spec = spec;
    }

    @Override
    public CodecSpec spec() {
        return spec;
    }

    @Override
    public int maxCompressedLength(int length) {
        return Math.toIntExact(Zstd.compressBound(length));
    }

    @Override
    public int compress(byte[] in, int inOffset, int inLength, byte[] out, int outOffset, int outMaximum) {
        Objects.checkFromIndexSize(inOffset, inLength, in.length);
        Objects.checkFromIndexSize(outOffset, outMaximum, out.length);
        try {
            return compressor().compressByteArray(out, outOffset, outMaximum, in, inOffset, inLength);
        } catch (ZstdException e) {
            if (e.getErrorCode() == Zstd.errDstSizeTooSmall()) {
                return DOES_NOT_FIT;
            }
            throw e;
        }
    }

    @Override
    public void decompress(byte[] in, int inOffset, int inLength, byte[] out, int outOffset, int exactLength)
            throws DamagedDataException {
        Objects.checkFromIndexSize(inOffset, inLength, in.length);
        Objects.checkFromIndexSize(outOffset, exactLength, out.length);
        if (inLength == 0) {
            throw new DamagedDataException("zstd data is empty", null);
        }
        int length;
        try {
            length = decompressor().decompressByteArray(out, outOffset, exactLength, in, inOffset, inLength);
        } catch (ZstdException e) {
            throw new DamagedDataException("zstd data cannot be decompressed: " + e.getMessage(), e);
        }
        if (length != exactLength) {
            throw DamagedDataException.wrongLength(CodecId.ZSTD, exactLength, length);
        }
    }

    private ZstdCompressCtx compressor() {
        requireOpen();
        if (compressor == null) {
            compressor = new ZstdCompressCtx().setLevel(spec.level());
        }
        return compressor;
    }

    private ZstdDecompressCtx decompressor() {
        requireOpen();
        if (decompressor == null) {
            decompressor = new ZstdDecompressCtx();
        }
        return decompressor;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this codec is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        if (compressor != null) {
            compressor.close();
            compressor = null;
        }
        if (decompressor != null) {
            decompressor.close();
            decompressor = null;
        }
    }
}
