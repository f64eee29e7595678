package io.pgbackup.keys;

import io.pgbackup.Secret;
import java.util.Optional;

/**
 * A key of a key management service, which never leaves it: the service wraps and unwraps what opens a key slot. Given to
 * {@link io.pgbackup.EncryptionKey#wrappedBy}. It is asked when a repository is opened, once for each generation of its master key, and when slots
 * are made; never for an object.
 *
 * <p>What is wrapped is a key of 32 random bytes that belongs to one slot and opens nothing else, so that the service does not learn the master key. Slots are
 * bound to their repository in any case; a service that can bind what it wraps does so too.
 *
 * <p>Implementations send each request once (the engine repeats it), touch no network when they are made, are safe for use by many threads, and print without secrets. The
 * contract in {@code io.pgbackup.keys.testkit} proves one.
 */
public interface KeyWrapper {
    /**
     * The kind of service. Stored in slots, so it never changes; a wrapper is only asked to unwrap what one of the same name wrapped.
     *
     * @return 1…32 lower-case letters, digits and hyphens
     */
    String service();

    /**
     * The key as it was configured, for messages.
     *
     * @return without secrets
     */
    String key();

    /**
     * Wraps a key with the newest version of the service's key.
     *
     * @param secret 32 bytes; stays the caller's
     * @param binding the slot it is wrapped for
     * @return what to store
     * @throws KeyServiceException if the service did not do it
     */
    WrappedKey wrap(Secret secret, KeyBinding binding) throws KeyServiceException;

    /**
     * Unwraps a key. Versions of the service's key that are no longer the newest must do as long as the service has them.
     *
     * @param wrapped as it was stored
     * @param binding the slot it was found in
     * @return the 32 bytes, which the caller closes; empty if, and only if, this is not what this key wrapped for this slot
     * @throws KeyServiceException if the service did not answer that question: it was down, refused, or no longer lets the key be used
     */
    Optional<Secret> unwrap(WrappedKey wrapped, KeyBinding binding) throws KeyServiceException;
}
