package io.pgbackup.core.crypto;

import io.pgbackup.error.RepositoryException;

/**
 * One wrapped copy of one generation of the master key, as stored. Immutable. Holds nothing secret, yet whoever holds it can try passphrases.
 */
public final class KeySlot {
    static final int WRAPPED_LENGTH = MasterKey.LENGTH + AesGcmCipher.TAG_LENGTH;

    private final int generation;
    private final int number;
    private final KeyDerivation derivation;
    private final byte[] nonce;
    private final byte[] wrappedKey;

    KeySlot(SlotHead head, byte[] nonce, byte[] wrappedKey) {
        this.generation = head.generation();
        this.number = head.number();
        this.derivation = head.derivation();
        this.nonce = nonce;
        this.wrappedKey = wrappedKey;
    }

    /** Everything about a slot that is authenticated but not encrypted. */
    record SlotHead(int generation, int number, KeyDerivation derivation) {
        SlotHead {
            if (generation < 1 || number < 0 || number > 0xFFFF) {
                throw new IllegalArgumentException("no slot " + number + " of generation " + generation);
            }
        }
    }

    /**
     * Reads a stored slot.
     *
     * @param bytes as {@link #encode()} wrote them
     * @return the slot
     * @throws RepositoryException with {@code REPOSITORY_DAMAGED} if they are not a slot or demand more than the bounds of
     *     {@link Argon2Cost}, with {@code FORMAT_UNSUPPORTED} if a newer version wrote it: other slots may still open
     */
    public static KeySlot decode(byte[] bytes) {
        return KeySlotCodec.decode(bytes);
    }

    /**
     * The stored form.
     *
     * @return a new array
     */
    public byte[] encode() {
        return KeySlotCodec.encode(this);
    }

    /**
     * Which generation of the master key it wraps.
     *
     * @return at least 1
     */
    public int generation() {
        return generation;
    }

    /**
     * Its number within the generation.
     *
     * @return 0…65535
     */
    public int number() {
        return number;
    }

    /**
     * How a credential opens it.
     *
     * @return the derivation with its parameters
     */
    public KeyDerivation derivation() {
        return derivation;
    }

    SlotHead head() {
        return new SlotHead(generation, number, derivation);
    }

    byte[] nonce() {
        return nonce;
    }

    byte[] wrappedKey() {
        return wrappedKey;
    }

    @Override
    public String toString() {
        String how = "RawKey";
        if (derivation instanceof KeyDerivation.Argon2id argon) {
            how = argon.cost().toString();
        } else if (derivation instanceof KeyDerivation.Service service) {
            how = service.service() + " " + service.wrapped();
        }
        return "KeySlot[generation " + generation + ", number " + number + ", " + how + "]";
    }
}
