package io.pgbackup.keys;

import io.pgbackup.EncryptionKey;

/**
 * The keys of one encrypted repository. They belong to the repository, not to a cluster: a change holds for every cluster in it.
 *
 * <p>Everything is encrypted under a master key, of which there may be several generations. A slot holds the master keys for one passphrase, raw
 * key or key of a key management service, so that those can be exchanged without touching the data. A change counts from the moment its last object is stored: one that is interrupted
 * changes nothing, locks nobody out, and can be repeated. Operations that already run go on with the keys they opened.
 *
 * <p>The key with which the repository was configured must open it, and always goes on: to exchange it, {@link #add} the new one, configure
 * the new one, and {@link #remove} the slot of the old one with it.
 *
 * <p><b>Removing a slot is not revocation.</b> Whoever had a key may have kept the master key, or a copy of the slot. To revoke a key, {@link #rotate}
 * without it: what is stored from then on is closed to it. What was stored before stays readable to it until it is copied into another repository
 * and removed here.
 *
 * <p>A key of a key management service may have versions. A slot is opened by the version that wrapped it ({@link KeySlotInfo#wrappedBy}), so a new
 * version there changes nothing here, until the old one is disabled. Before that is done, have it wrapped anew: add another key, with that one
 * {@link #remove} the slot of the service's key, and {@link #add} the service's key again, which the newest version then wraps for all generations.
 *
 * <p>All throw {@link io.pgbackup.error.PgBackupException}. Safe for use by many threads, and against others changing keys at once:
 * one change follows the other.
 */
public interface RepositoryKeys {
    /**
     * The keys there are.
     *
     * @return slots and generations
     */
    KeyRingInfo ring();

    /**
     * Lets another key open the repository, with all that it holds. If the key does so already, nothing is changed. To find that out, a key of a key management
     * service must be allowed to unwrap as well as to wrap, if there are slots of that service.
     *
     * @param name to know the slot by, at most 200 characters
     * @param key the new one
     * @return its slot
     */
    KeySlotInfo add(String name, EncryptionKey key);

    /**
     * Closes the repository to the key of a slot. The slot that the configured key opens cannot be removed, so there is always one left that
     * is known to open.
     *
     * @param slot its number
     * @return the keys left
     */
    KeyRingInfo remove(int slot);

    /**
     * Draws a new generation of the master key. New objects are sealed under it, old ones stay readable. Every slot must go on or be dropped by name.
     *
     * @param request the keys that go on beside the configured one, and the slots that do not
     * @return the keys from now on
     */
    KeyRingInfo rotate(RotateRequest request);
}
