package io.pgbackup.core.crypto;

import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM, one message per frame. Nonce: frame number (8 bytes, big-endian), flags (1), zero (3); unique because the key belongs to
 * one sealing of one object. The provider is never named, so that a faster one installed by the user is taken.
 */
final class AesGcmCipher implements ObjectCipher {
    static final int TAG_LENGTH = 16;
    static final int NONCE_LENGTH = 12;
    private static final int TAG_BITS = TAG_LENGTH * 8;
    /** Until the JVM is warm, encryption is fed in slices: the JIT counts calls, not bytes. */
    private static final int COLD_SLICE = 1024;

    private final SecretKeySpec key;
    private final boolean whole;
    private final Cipher cipher;
    private final byte[] nonce = new byte[NONCE_LENGTH];
    private long nextNumber;

    /**
     * A cipher for one sealing of one object.
     *
     * @param keyBytes the object's own key; copied
     * @param whole whether to encrypt a frame in one call, as is best once the JVM is warm; the result is the same
     */
    AesGcmCipher(byte[] keyBytes, boolean whole) {
        this.key = new SecretKeySpec(keyBytes, "AES");
        this.whole = whole;
        this.cipher = newCipher();
    }

    static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks AES-GCM", e);
        }
    }

    @Override
    public int overhead() {
        return TAG_LENGTH;
    }

    @Override
    public int seal(FrameSlice frame) {
        if (frame.number() < nextNumber) {
            throw new IllegalStateException("frame " + frame.number() + " was sealed before");
        }
        nextNumber = frame.number() + 1;
        int sealedLength = frame.inputLength() + TAG_LENGTH;
        Objects.checkFromIndexSize(frame.outputOffset(), sealedLength, frame.output().length);
        try {
            initialize(Cipher.ENCRYPT_MODE, frame);
            return whole ? sealWhole(frame) : sealSliced(frame);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to seal a frame", e);
        }
    }

    private int sealWhole(FrameSlice frame) throws GeneralSecurityException {
        return cipher.doFinal(
                frame.input(), frame.inputOffset(), frame.inputLength(), frame.output(), frame.outputOffset());
    }

    private int sealSliced(FrameSlice frame) throws GeneralSecurityException {
        int consumed = 0;
        int written = 0;
        while (frame.inputLength() - consumed > COLD_SLICE) {
            written += cipher.update(
                    frame.input(),
                    frame.inputOffset() + consumed,
                    COLD_SLICE,
                    frame.output(),
                    frame.outputOffset() + written);
            consumed += COLD_SLICE;
        }
        written += cipher.doFinal(
                frame.input(),
                frame.inputOffset() + consumed,
                frame.inputLength() - consumed,
                frame.output(),
                frame.outputOffset() + written);
        return written;
    }

    @Override
    public int open(FrameSlice frame) throws DamagedFrameException {
        int plainLength = frame.inputLength() - TAG_LENGTH;
        if (plainLength < 0) {
            throw new DamagedFrameException("it is shorter than its authentication tag", null);
        }
        Objects.checkFromIndexSize(frame.outputOffset(), plainLength, frame.output().length);
        try {
            initialize(Cipher.DECRYPT_MODE, frame);
            return cipher.doFinal(
                    frame.input(), frame.inputOffset(), frame.inputLength(), frame.output(), frame.outputOffset());
        } catch (AEADBadTagException e) {
            throw new DamagedFrameException("its authentication tag does not match", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to open a frame", e);
        }
    }

    private void initialize(int mode, FrameSlice frame) throws GeneralSecurityException {
        writeNonce(nonce, frame);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(frame.associated(), 0, frame.associatedLength());
    }

    static void writeNonce(byte[] nonce, FrameSlice frame) {
        long number = frame.number();
        for (int index = 7; index >= 0; index--) {
            nonce[index] = (byte) number;
            number >>>= 8;
        }
        nonce[8] = (byte) frame.flags();
    }
}
