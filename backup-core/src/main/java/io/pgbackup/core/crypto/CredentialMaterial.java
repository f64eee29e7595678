package io.pgbackup.core.crypto;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** Turns credentials into 32 bytes of key material: keys are read, passphrases stretched. Messages never hold a value. */
final class CredentialMaterial {
    private static final int LENGTH = 32;

    private CredentialMaterial() {}

    /** The caller wipes the result. */
    static byte[] of(KeyDerivation.Argon2id argon, SlotCredential.Passphrase credential) {
        return credential.secret().use(passphrase -> stretch(passphrase, argon));
    }

    /** The caller wipes the result. */
    static byte[] of(SlotCredential.RawKey credential) {
        return credential.secret().use(CredentialMaterial::readKey);
    }

    private static byte[] readKey(byte[] bytes) {
        if (bytes.length == LENGTH) {
            return bytes.clone();
        }
        if (bytes.length != 2 * LENGTH) {
            throw notAKey("has " + bytes.length + " bytes");
        }
        byte[] key = new byte[LENGTH];
        for (int index = 0; index < LENGTH; index++) {
            int high = Character.digit((char) (bytes[2 * index] & 0xFF), 16);
            int low = Character.digit((char) (bytes[2 * index + 1] & 0xFF), 16);
            if (high < 0 || low < 0) {
                Arrays.fill(key, (byte) 0);
                throw notAKey("has 64 characters, not all of them hexadecimal");
            }
            key[index] = (byte) (high << 4 | low);
        }
        return key;
    }

    private static ConfigurationException notAKey(String what) {
        return new ConfigurationException(
                ErrorCode.INVALID_REQUEST,
                "the encryption key " + what,
                "A key is 32 bytes, or 64 hexadecimal characters; make one with: openssl rand -hex 32.");
    }

    private static byte[] stretch(byte[] passphrase, KeyDerivation.Argon2id argon) {
        if (passphrase.length == 0) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "the passphrase is empty",
                    "Check the file or variable that the passphrase comes from.");
        }
        Argon2Cost cost = argon.cost();
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memoryKibibytes())
                .withIterations(cost.iterations())
                .withParallelism(cost.parallelism())
                .withSalt(argon.salt())
                .build());
        byte[] material = new byte[LENGTH];
        try {
            generator.generateBytes(passphrase, material);
        } catch (OutOfMemoryError e) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "the passphrase slot needs " + cost.memoryKibibytes() / 1024 + " MiB of heap",
                    "Give the JVM more heap (-Xmx), or use a raw key, which needs none.",
                    e);
        }
        return material;
    }
}
