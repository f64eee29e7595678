package io.pgbackup.core.crypto;

import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.WrappedKey;
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

    /** A derivation and what it makes of a credential. Wiped when closed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Derived(KeyDerivation derivation, byte[] material) implements AutoCloseable {
        @Override
        public void close() {
            Arrays.fill(material, (byte) 0);
        }
    }

    /**
     * Wraps a master key.
     *
     * @param key to wrap; stays the caller's
     * @param number of the slot within the key's generation, 0…65535
     * @param credential that shall open it
     * @return the slot
     * @throws io.pgbackup.error.ConfigurationException if the credential is an empty passphrase or not a key
     * @throws io.pgbackup.error.RepositoryException if a service that keeps the key failed, with one of its own codes
     */
    public KeySlot create(MasterKey key, int number, SlotCredential credential) {
        try (Derived derived = derive(key.generation(), number, credential)) {
            KeySlot.SlotHead head = new KeySlot.SlotHead(key.generation(), number, derived.derivation());
            byte[] nonce = randomBytes(AesGcmCipher.NONCE_LENGTH);
            byte[] wrapped = crypt(Cipher.ENCRYPT_MODE, derived.material(), head, nonce, key.bytes());
            return new KeySlot(head, nonce, wrapped);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to wrap a key", e);
        }
    }

    private Derived derive(int generation, int number, SlotCredential credential) {
        byte[] salt = randomBytes(KeyDerivation.SALT_LENGTH);
        if (credential instanceof SlotCredential.Passphrase passphrase) {
            KeyDerivation.Argon2id argon = new KeyDerivation.Argon2id(cost, salt);
            return new Derived(argon, CredentialMaterial.of(argon, passphrase));
        }
        if (credential instanceof SlotCredential.Service service) {
            byte[] material = randomBytes(MasterKey.LENGTH);
            KeyBinding binding = ServiceMaterial.binding(repositoryId, generation, number);
            WrappedKey wrapped = ServiceMaterial.wrap(material, service, binding);
            return new Derived(new KeyDerivation.Service(service.wrapper().service(), wrapped, salt), material);
        }
        return new Derived(new KeyDerivation.RawKey(salt), CredentialMaterial.of((SlotCredential.RawKey) credential));
    }

    /**
     * Tries a credential on a slot. Takes as long as the slot's derivation demands.
     *
     * @param slot to open
     * @param credential to try
     * @return the master key, which the caller closes; empty if the credential is of another kind or does not open this slot
     * @throws io.pgbackup.error.ConfigurationException if the credential is an empty passphrase or not a key, or the derivation needs more
     *     memory than the JVM has
     * @throws io.pgbackup.error.RepositoryException if a service that keeps the key failed, with one of its own codes
     */
    public Optional<MasterKey> open(KeySlot slot, SlotCredential credential) {
        Optional<byte[]> material = material(slot, credential);
        if (material.isEmpty()) {
            return Optional.empty();
        }
        byte[] plain = new byte[0];
        try (Derived derived = new Derived(slot.derivation(), material.get())) {
            plain = crypt(Cipher.DECRYPT_MODE, derived.material(), slot.head(), slot.nonce(), slot.wrappedKey());
            return Optional.of(MasterKey.of(slot.generation(), plain));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to unwrap a key", e);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    private Optional<byte[]> material(KeySlot slot, SlotCredential credential) {
        KeyDerivation derivation = slot.derivation();
        if (derivation instanceof KeyDerivation.Argon2id argon
                && credential instanceof SlotCredential.Passphrase passphrase) {
            return Optional.of(CredentialMaterial.of(argon, passphrase));
        }
        if (derivation instanceof KeyDerivation.RawKey && credential instanceof SlotCredential.RawKey raw) {
            return Optional.of(CredentialMaterial.of(raw));
        }
        if (derivation instanceof KeyDerivation.Service stored
                && credential instanceof SlotCredential.Service service
                && stored.service().equals(service.wrapper().service())) {
            KeyBinding binding = ServiceMaterial.binding(repositoryId, slot.generation(), slot.number());
            return ServiceMaterial.unwrap(stored.wrapped(), service, binding);
        }
        return Optional.empty();
    }

    private byte[] crypt(int mode, byte[] material, KeySlot.SlotHead head, byte[] nonce, byte[] input)
            throws GeneralSecurityException {
        byte[] wrappingKey = Hkdf.derive(material, head.derivation().salt(), associated(head), MasterKey.LENGTH);
        try {
            return cipher(mode, wrappingKey, head, nonce).doFinal(input);
        } finally {
            Arrays.fill(wrappingKey, (byte) 0);
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
