package io.pgbackup.azure;

import io.pgbackup.SecretSource;

/** The one way in which requests are authenticated. */
sealed interface Authentication {
    /** Name of the method, as messages say it. */
    String method();

    /** Account, key or SAS, and perhaps endpoint, in one string. */
    record ByConnectionString(SecretSource source) implements Authentication {
        @Override
        public String method() {
            return "connection string";
        }
    }

    /** A key of the account signs every request. */
    record ByAccountKey(SecretSource source) implements Authentication {
        @Override
        public String method() {
            return "account key";
        }
    }

    /** A shared access signature made elsewhere. */
    record BySharedAccessSignature(SecretSource source) implements Authentication {
        @Override
        public String method() {
            return "shared access signature";
        }
    }

    /** Tokens of an identity. */
    record ByIdentity(AzureIdentity identity) implements Authentication {
        @Override
        public String method() {
            return "identity (" + identity + ")";
        }
    }
}
