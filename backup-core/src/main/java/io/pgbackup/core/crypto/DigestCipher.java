package io.pgbackup.core.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import net.jpountz.xxhash.XXHash64;
import net.jpountz.xxhash.XXHashFactory;

/**
 * The suite of unencrypted repositories: content as it is, followed by an XXH64 (big-endian) chained over the object's identity, the frame's
 * number and flags, the associated data and the content. Finds damage, swapped, reordered and missing frames; no help against
 * somebody who forges.
 */
final class DigestCipher implements ObjectCipher {
    static final int DIGEST_LENGTH = 8;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final XXHash64 hash = XXHashFactory.fastestInstance().hash64();
    private final byte[] position = new byte[AesGcmCipher.NONCE_LENGTH];
    private final long identityDigest;

    /**
     * A digest for one object.
     *
     * @param identity everything that tells the object from others: repository, kind, key and salt
     */
    DigestCipher(byte[] identity) {
        identityDigest = hash.hash(identity, 0, identity.length, 0);
    }

    @Override
    public int overhead() {
        return DIGEST_LENGTH;
    }

    @Override
    public int seal(FrameSlice frame) {
        int length = frame.inputLength();
        Objects.checkFromIndexSize(frame.outputOffset(), length + DIGEST_LENGTH, frame.output().length);
        System.arraycopy(frame.input(), frame.inputOffset(), frame.output(), frame.outputOffset(), length);
        LONG.set(frame.output(), frame.outputOffset() + length, digest(frame, length));
        return length + DIGEST_LENGTH;
    }

    @Override
    public int open(FrameSlice frame) throws DamagedFrameException {
        int length = frame.inputLength() - DIGEST_LENGTH;
        if (length < 0) {
            throw new DamagedFrameException("it is shorter than its digest", null);
        }
        Objects.checkFromIndexSize(frame.outputOffset(), length, frame.output().length);
        long stored = (long) LONG.get(frame.input(), frame.inputOffset() + length);
        if (stored != digest(frame, length)) {
            throw new DamagedFrameException("its digest does not match", null);
        }
        System.arraycopy(frame.input(), frame.inputOffset(), frame.output(), frame.outputOffset(), length);
        return length;
    }

    private long digest(FrameSlice frame, int length) {
        AesGcmCipher.writeNonce(position, frame);
        long positioned = hash.hash(position, 0, position.length, identityDigest);
        long associated = hash.hash(frame.associated(), 0, frame.associatedLength(), positioned);
        return hash.hash(frame.input(), frame.inputOffset(), length, associated);
    }
}
