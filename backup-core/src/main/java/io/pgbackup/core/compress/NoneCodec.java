package io.pgbackup.core.compress;

import java.util.Objects;

/** Copies. */
final class NoneCodec implements Codec {
    @Override
    public CodecSpec spec() {
        return CodecSpec.NONE;
    }

    @Override
    public int maxCompressedLength(int length) {
        return length;
    }

    @Override
    public int compress(byte[] in, int inOffset, int inLength, byte[] out, int outOffset, int outMaximum) {
        Objects.checkFromIndexSize(inOffset, inLength, in.length);
        Objects.checkFromIndexSize(outOffset, outMaximum, out.length);
        if (inLength > outMaximum) {
            return DOES_NOT_FIT;
        }
        System.arraycopy(in, inOffset, out, outOffset, inLength);
        return inLength;
    }

    @Override
    public void decompress(byte[] in, int inOffset, int inLength, byte[] out, int outOffset, int exactLength)
            throws DamagedDataException {
        Objects.checkFromIndexSize(inOffset, inLength, in.length);
        Objects.checkFromIndexSize(outOffset, exactLength, out.length);
        if (inLength != exactLength) {
            throw DamagedDataException.wrongLength(CodecId.NONE, exactLength, inLength);
        }
        System.arraycopy(in, inOffset, out, outOffset, inLength);
    }

    @Override
    public void close() {}
}
