package io.pgbackup.core.crypto;

import io.pgbackup.Secret;

/** What somebody brings to open a key slot. Prints redacted; whoever obtained the secret closes it. */
public sealed interface SlotCredential permits SlotCredential.Passphrase, SlotCredential.RawKey {
    /**
     * The secret.
     *
     * @return still owned by whoever made the credential
     */
    Secret secret();

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
}
