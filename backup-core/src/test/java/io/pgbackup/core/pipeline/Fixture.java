package io.pgbackup.core.pipeline;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.MasterKey;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/** Repositories with known keys, and sources of "random" bytes that a test can foretell. */
final class Fixture {
    static final ObjectKey KEY = ObjectKey.of("billing/data/20261121-080000F/bundle/00/0001");
    static final byte[] REPOSITORY_ID = sequence(16, 0x10);
    static final SecureRandom RANDOM = new SecureRandom();

    private Fixture() {}

    static RepositoryCipher encrypted() {
        try (MasterKey key = MasterKey.of(1, sequence(32, 0x40))) {
            return RepositoryCipher.encrypted(REPOSITORY_ID, List.of(key));
        }
    }

    static RepositoryCipher unencrypted() {
        return RepositoryCipher.unencrypted(REPOSITORY_ID);
    }

    static List<RepositoryCipher> both() {
        return List.of(encrypted(), unencrypted());
    }

    static ObjectSealer sealer(RepositoryCipher cipher, CodecSpec codec) {
        return new ObjectSealer(cipher, codec, 1 << 20, RANDOM);
    }

    /** Draws 0x80, 0x81, … whenever asked. */
    static SecureRandom foretold() {
        return new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                System.arraycopy(sequence(bytes.length, 0x80), 0, bytes, 0, bytes.length);
            }
        };
    }

    static byte[] sequence(int length, int first) {
        byte[] bytes = new byte[length];
        for (int index = 0; index < length; index++) {
            bytes[index] = (byte) (first + index);
        }
        return bytes;
    }

    /** Compresses well. */
    static byte[] text(int length) {
        byte[] bytes = new byte[length];
        for (int index = 0; index < length; index++) {
            bytes[index] = (byte) ("page ".charAt(index % 5) + index / 1000 % 7);
        }
        return bytes;
    }

    /** Does not compress. */
    static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new java.util.Random(length).nextBytes(bytes);
        return bytes;
    }

    static byte[] bytes(Payload payload) {
        try (InputStream in = payload.open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] without(byte[] bytes, int offset, int length) {
        byte[] result = Arrays.copyOf(bytes, bytes.length - length);
        System.arraycopy(bytes, offset + length, result, offset, result.length - offset);
        return result;
    }
}
