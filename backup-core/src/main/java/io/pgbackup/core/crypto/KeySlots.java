package io.pgbackup.core.crypto;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Wraps master keys into slots and unwraps them. The wrapping key is derived from the credential; repository, generation, slot number and
 * every field of the derivation are authenticated, so a slot cannot be moved, renumbered or weakened. Immutable and safe for use by many
 * threads.
 */
public final class KeySlots {
    private static final String LABEL = "pgbackup key slot";

    private final byte[] repositoryId;
    private final Argon2Cost cost;
    private final SecureRandom random;

    /**
     * For one repository.
     *
     * @param repositoryId {@value RepositoryCipher#REPOSITORY_ID_LENGTH} bytes
     * @param cost of new passphrase slots; existing ones name their own
     * @param random source of salts and nonces
     */
    public KeySlots(byte[] repositoryId, Argon2Cost cost, SecureRandom random) {
        if (repositoryId.length != RepositoryCipher.REPOSITORY_ID_LENGTH) {
            throw new IllegalArgumentException("not a repository id: " + repositoryId.length + " bytes");
        }
        this.repositoryId = repositoryId.clone();
        this.cost = cost;
        this.random = random;
    }

    /**
     * Wraps a master key.
     *
     * @param key to wrap; stays the caller's
     * @param number of the slot within the key's generation, 0…65535
     * @param credential that shall open it
     * @return the slot
     * @throws io.pgbackup.error.ConfigurationException if the credential is an empty passphrase or not a key
     */
    public KeySlot create(MasterKey key, int number, SlotCredential credential) {
        byte[] salt = randomBytes(KeyDerivation.SALT_LENGTH);
        KeyDerivation derivation = credential instanceof SlotCredential.Passphrase
                ? new KeyDerivation.Argon2id(cost, salt)
                : new KeyDerivation.RawKey(salt);
        KeySlot.SlotHead head = new KeySlot.SlotHead(key.generation(), number, derivation);
        byte[] nonce = randomBytes(AesGcmCipher.NONCE_LENGTH);
        byte[] wrappingKey = wrappingKey(head, credential);
        try {
            return new KeySlot(
                    head,
                    nonce,
                    cipher(Cipher.ENCRYPT_MODE, wrappingKey, head, nonce).doFinal(key.bytes()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to wrap a key", e);
        } finally {
            Arrays.fill(wrappingKey, (byte) 0);
        }
    }

    /**
     * Tries a credential on a slot. Takes as long as the slot's derivation demands.
     *
     * @param slot to open
     * @param credential to try
     * @return the master key, which the caller closes; empty if the credential is of another kind or does not open this slot
     * @throws io.pgbackup.error.ConfigurationException if the credential is an empty passphrase or not a key, or the derivation needs more
     *     memory than the JVM has
     */
    public Optional<MasterKey> open(KeySlot slot, SlotCredential credential) {
        boolean passphraseSlot = slot.derivation() instanceof KeyDerivation.Argon2id;
        if (passphraseSlot != credential instanceof SlotCredential.Passphrase) {
            return Optional.empty();
        }
        byte[] wrappingKey = wrappingKey(slot.head(), credential);
        byte[] plain = new byte[0];
        try {
            plain = cipher(Cipher.DECRYPT_MODE, wrappingKey, slot.head(), slot.nonce())
                    .doFinal(slot.wrappedKey());
            return Optional.of(MasterKey.of(slot.generation(), plain));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to unwrap a key", e);
        } finally {
            Arrays.fill(wrappingKey, (byte) 0);
            Arrays.fill(plain, (byte) 0);
        }
    }

    private byte[] wrappingKey(KeySlot.SlotHead head, SlotCredential credential) {
        byte[] material = CredentialMaterial.of(head.derivation(), credential);
        try {
            return Hkdf.derive(material, head.derivation().salt(), associated(head), MasterKey.LENGTH);
        } finally {
            Arrays.fill(material, (byte) 0);
        }
    }

    private Cipher cipher(int mode, byte[] wrappingKey, KeySlot.SlotHead head, byte[] nonce)
            throws GeneralSecurityException {
        Cipher cipher = AesGcmCipher.newCipher();
        GCMParameterSpec parameters = new GCMParameterSpec(AesGcmCipher.TAG_LENGTH * 8, nonce);
        cipher.init(mode, new SecretKeySpec(wrappingKey, "AES"), parameters);
        cipher.updateAAD(associated(head));
        return cipher;
    }

    /** Label ‖ repository id ‖ the slot's stored bytes up to the nonce. */
    private byte[] associated(KeySlot.SlotHead head) {
        byte[] stored = KeySlotCodec.head(head);
        return new Fields(LABEL.length() + repositoryId.length + stored.length)
                .text(LABEL)
                .bytes(repositoryId)
                .bytes(stored)
                .done();
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
