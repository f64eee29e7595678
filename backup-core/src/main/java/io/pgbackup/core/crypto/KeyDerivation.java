package io.pgbackup.core.crypto;

/**
 * How a key slot turns a credential into the key that wraps the master key. Codes are stored: 1 raw key, 2 Argon2id; 3 is reserved for
 * wrapping by a key vault.
 */
public sealed interface KeyDerivation permits KeyDerivation.RawKey, KeyDerivation.Argon2id {
    /** Length of every salt in bytes. */
    int SALT_LENGTH = 16;

    /**
     * The stored code.
     *
     * @return 1…255
     */
    int code();

    /**
     * Random bytes drawn for the slot.
     *
     * @return the array itself: not to be changed
     */
    byte[] salt();

    /**
     * The credential is a key already.
     *
     * @param salt {@value KeyDerivation#SALT_LENGTH} bytes; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record RawKey(byte[] salt) implements KeyDerivation {
        static final int CODE = 1;

        /** Checks the salt. */
        public RawKey {
            requireSalt(salt);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /**
     * The credential is a passphrase.
     *
     * @param cost what each guess costs
     * @param salt {@value KeyDerivation#SALT_LENGTH} bytes; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Argon2id(Argon2Cost cost, byte[] salt) implements KeyDerivation {
        static final int CODE = 2;

        /** Checks the salt. */
        public Argon2id {
            requireSalt(salt);
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    private static void requireSalt(byte[] salt) {
        if (salt.length != SALT_LENGTH) {
            throw new IllegalArgumentException("a slot's salt has " + SALT_LENGTH + " bytes, not " + salt.length);
        }
    }
}
