package io.pgbackup.core.crypto;

import io.pgbackup.keys.WrappedKey;
import java.util.regex.Pattern;

/**
 * How a key slot turns a credential into the key that wraps the master key. Codes are stored: 1 raw key, 2 Argon2id, 3 key management service.
 */
public sealed interface KeyDerivation {
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

    /**
     * The credential is a key that a service keeps; it wrapped 32 bytes that belong to this slot alone.
     *
     * @param service kind of the service, as {@link io.pgbackup.keys.KeyWrapper#service()} says it
     * @param wrapped what it made of them
     * @param salt {@value KeyDerivation#SALT_LENGTH} bytes; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Service(String service, WrappedKey wrapped, byte[] salt) implements KeyDerivation {
        static final int CODE = 3;
        private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");

        /** Checks salt and name. */
        public Service {
            requireSalt(salt);
            if (!NAME.matcher(service).matches()) {
                throw new IllegalArgumentException("no kind of service has a name of " + service.length()
                        + " characters that are not all a-z, 0-9 or -");
            }
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
