package io.pgbackup.keys.testkit;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What key management services in tests have in common: named keys in versions, counted from 1, that really encrypt, by AES-256-GCM, and authenticate what the caller
 * binds. Safe for use by many threads.
 */
public final class SealingKeys {
    private static final int NONCE = 12;
    private static final int KEY_LENGTH = 32;

    private final Map<String, List<byte[]>> keys = new HashMap<>();
    private final SecureRandom random = new SecureRandom();

    /** Without any key. */
    public SealingKeys() {}

    /**
     * Makes a key, or a new version of one.
     *
     * @param name of the key
     */
    public void rotate(String name) {
        byte[] key = new byte[KEY_LENGTH];
        random.nextBytes(key);
        rotate(name, key);
    }

    /**
     * Makes a key of known bytes, or a new version of one.
     *
     * @param name of the key
     * @param key 32 bytes
     */
    public synchronized void rotate(String name, byte[] key) {
        keys.computeIfAbsent(name, ignored -> new ArrayList<>()).add(key.clone());
    }

    /**
     * The newest version.
     *
     * @param name of the key
     * @return its number; 0 if there is no such key
     */
    public synchronized int newest(String name) {
        return keys.getOrDefault(name, List.of()).size();
    }

    private synchronized Optional<byte[]> key(String name, int version) {
        return version < 1 || version > newest(name)
                ? Optional.empty()
                : Optional.of(keys.getOrDefault(name, List.of()).get(version - 1));
    }

    /**
     * Encrypts with the newest version.
     *
     * @param name of a key that there is
     * @param plain what to encrypt
     * @param bound what is authenticated with it
     * @return a nonce, and what was made of it
     */
    public byte[] seal(String name, byte[] plain, byte[] bound) {
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] key = key(name, newest(name)).orElseThrow();
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, bound).doFinal(plain);
            return ByteBuffer.allocate(NONCE + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Decrypts.
     *
     * @param name of a key
     * @param version that sealed
     * @param sealed as {@link #seal} gave it
     * @param bound what was authenticated with it
     * @return empty if this version of this key did not make it, with this bound to it
     */
    public Optional<byte[]> open(String name, int version, byte[] sealed, byte[] bound) {
        Optional<byte[]> key = key(name, version);
        if (key.isEmpty() || sealed.length <= NONCE) {
            return Optional.empty();
        }
        try {
            byte[] nonce = new byte[NONCE];
            System.arraycopy(sealed, 0, nonce, 0, NONCE);
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, key.get(), nonce, bound).doFinal(sealed, NONCE, sealed.length - NONCE));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, byte[] bound) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
        cipher.updateAAD(bound);
        return cipher;
    }
}
