package io.pgbackup.core.crypto;

import io.pgbackup.Secret;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.KeyBinding;
import io.pgbackup.keys.KeyServiceException;
import io.pgbackup.keys.WrappedKey;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Has a key management service wrap and unwrap the material of a slot: 32 bytes drawn for this slot alone. The service is told repository, generation and
 * number; whether it binds them or not, the slot does. Stateless.
 */
final class ServiceMaterial {
    private ServiceMaterial() {}

    /** The material stays the caller's. */
    static WrappedKey wrap(byte[] material, SlotCredential.Service credential, KeyBinding binding) {
        try (Secret secret = Secret.of(material)) {
            return credential.wrapper().wrap(secret, binding);
        } catch (KeyServiceException e) {
            throw translated(e, credential, binding);
        }
    }

    /** Empty if this is not what the service's key wrapped for this slot. The caller wipes the result. */
    static Optional<byte[]> unwrap(WrappedKey wrapped, SlotCredential.Service credential, KeyBinding binding) {
        try {
            Optional<Secret> unwrapped = credential.wrapper().unwrap(wrapped, binding);
            if (unwrapped.isEmpty()) {
                return Optional.empty();
            }
            try (Secret secret = unwrapped.get()) {
                return secret.use(
                        bytes -> bytes.length == MasterKey.LENGTH ? Optional.of(bytes.clone()) : Optional.empty());
            }
        } catch (KeyServiceException e) {
            throw translated(e, credential, binding);
        }
    }

    static KeyBinding binding(byte[] repositoryId, int generation, int number) {
        return new KeyBinding(HexFormat.of().formatHex(repositoryId), generation, number);
    }

    private static RepositoryException translated(
            KeyServiceException failure, SlotCredential.Service credential, KeyBinding binding) {
        return KeyServiceErrors.translate(
                failure, credential, "key slot " + binding.slot() + " of generation " + binding.generation());
    }
}
