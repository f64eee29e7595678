package io.pgbackup.core.repository;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;

/**
 * The data of one set. Immutable.
 *
 * @param root its prefix
 */
public record SetLayout(ObjectPrefix root) {
    private static final int BUNDLES_PER_PREFIX = 1000;

    /**
     * The first object of a set.
     *
     * @return who began it, and what it leans on
     */
    public ObjectKey begin() {
        return root.key("begin");
    }

    /**
     * Written after the server began.
     *
     * @return start position and timeline
     */
    public ObjectKey start() {
        return root.key("start");
    }

    /**
     * Bundles, fanned out.
     *
     * @return prefix of all
     */
    public ObjectPrefix bundles() {
        return root.resolve("bundle");
    }

    /**
     * A bundle.
     *
     * @param sequence its number, from 0
     * @return its key
     */
    public ObjectKey bundle(int sequence) {
        return bundlesAround(sequence).key(Integer.toString(sequence));
    }

    /**
     * Where a bundle and its neighbours are.
     *
     * @param sequence its number, from 0
     * @return their prefix
     */
    public ObjectPrefix bundlesAround(int sequence) {
        return bundles().resolve(Integer.toString(sequence / BUNDLES_PER_PREFIX));
    }

    /**
     * Manifest pages, fanned out.
     *
     * @return prefix of all
     */
    public ObjectPrefix manifest() {
        return root.resolve("manifest");
    }

    /**
     * A manifest page.
     *
     * @param number from 0
     * @return its key
     */
    public ObjectKey manifestPage(int number) {
        return manifest().key(number / BUNDLES_PER_PREFIX + "/" + number);
    }

    /**
     * The manifest's list of its pages.
     *
     * @return its key
     */
    public ObjectKey manifestRoot() {
        return manifest().key("root");
    }
}
