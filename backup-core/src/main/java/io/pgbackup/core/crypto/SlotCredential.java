package io.pgbackup.core.crypto;

import io.pgbackup.Secret;
import io.pgbackup.keys.KeyWrapper;

/** What somebody brings to open a key slot. Prints redacted; whoever obtained a secret closes it. */
public sealed interface SlotCredential {
    /**
     * Something a person chose, of any length but 0.
     *
     * @param secret the passphrase
     */
    record Passphrase(Secret secret) implements SlotCredential {}

    /**
     * A key made by a machine: 32 bytes, or 64 hexadecimal characters.
     *
     * @param secret the key
     */
    record RawKey(Secret secret) implements SlotCredential {}

    /**
     * A key that a service keeps.
     *
     * @param wrapper asks the service
     * @param repository name of the repository, for messages
     */
    record Service(KeyWrapper wrapper, String repository) implements SlotCredential {}
}
