package io.pgbackup.core.repository;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;

/**
 * Where everything is that belongs to no cluster. With {@link ClusterLayout} and {@link SetLayout} the only classes that know names of objects; no
 * prefix holds more than a few thousand entries. {@code FORMAT.md} shows the tree.
 */
public final class RepositoryLayout {
    /** Describes the repository; written once, first of all. */
    public static final ObjectKey FORMAT = ObjectKey.of("format");

    /** Key slots, a level for each generation. */
    public static final ObjectPrefix KEYS = ObjectPrefix.of("keys");

    /** Key rings: what they are made of is told by the newest. */
    public static final ObjectPrefix KEY_RINGS = KEYS.resolve("ring");

    private RepositoryLayout() {}

    /**
     * A key slot.
     *
     * @param generation of the master key, from 1
     * @param slot number of the slot
     * @return its key
     */
    public static ObjectKey keySlot(int generation, int slot) {
        return keyGeneration(generation).key(Integer.toString(slot));
    }

    /**
     * The slots of one generation of the master key, and the claim of whoever makes it.
     *
     * @param generation from 1
     * @return their prefix
     */
    public static ObjectPrefix keyGeneration(int generation) {
        return KEYS.resolve(Integer.toString(generation));
    }

    /**
     * Says that one rotation, and no other, makes a generation.
     *
     * @param generation from 2
     * @return created once
     */
    public static ObjectKey keyClaim(int generation) {
        return keyGeneration(generation).key("claim");
    }

    /**
     * A key ring.
     *
     * @param version from 1
     * @return created once, by the change that made it
     */
    public static ObjectKey keyRing(int version) {
        return KEY_RINGS.key(Integer.toString(version));
    }
}
