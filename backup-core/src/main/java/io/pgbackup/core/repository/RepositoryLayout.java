package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.time.YearMonth;

/**
 * Where everything is. The only class that knows names of objects; no prefix holds more than a few thousand entries. {@code FORMAT.md} shows
 * the tree.
 */
public final class RepositoryLayout {
    /** Describes the repository; written once, first of all. */
    public static final ObjectKey FORMAT = ObjectKey.of("format");

    /** Key slots, a level for each generation. */
    public static final ObjectPrefix KEYS = ObjectPrefix.of("keys");

    /** Key rings: what they are made of is told by the newest. */
    public static final ObjectPrefix KEY_RINGS = KEYS.resolve("ring");

    private static final int BUNDLES_PER_PREFIX = 1000;

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

    /**
     * The part of a repository that belongs to one cluster. Immutable.
     *
     * @param root its prefix
     */
    public record ClusterLayout(ObjectPrefix root) {
        /**
         * By the name of the cluster.
         *
         * @param cluster its name
         * @return the layout
         */
        public static ClusterLayout of(String cluster) {
            return new ClusterLayout(ObjectPrefix.of(cluster));
        }

        /**
         * Every identity the cluster had.
         *
         * @return holds {@code 1}, {@code 2}, …
         */
        public ObjectPrefix identities() {
            return root.resolve("identity");
        }

        /**
         * One identity.
         *
         * @param number from 1
         * @return its key
         */
        public ObjectKey identity(int number) {
            return identities().key(Integer.toString(number));
        }

        /**
         * Commit and abort records.
         *
         * @return one listing of it is the catalog
         */
        public ObjectPrefix records() {
            return root.resolve("backup");
        }

        /**
         * The commit or abort record of a set.
         *
         * @param label of the set
         * @return created once, by whoever settles the set
         */
        public ObjectKey record(BackupLabel label) {
            return records().key(label.toString());
        }

        /**
         * Records of expire's choices.
         *
         * @return one for each chosen set
         */
        public ObjectPrefix retirements() {
            return root.resolve("retire");
        }

        /**
         * Says that expire has chosen a set.
         *
         * @param label of the set
         * @return its key
         */
        public ObjectKey retirement(BackupLabel label) {
            return retirements().key(label.toString());
        }

        /**
         * Pins of all sets, a level for each.
         *
         * @return their prefix
         */
        public ObjectPrefix pins() {
            return root.resolve("pin");
        }

        /**
         * Pins of one set.
         *
         * @param label of the set
         * @return numbered records
         */
        public ObjectPrefix pins(BackupLabel label) {
            return pins().resolve(label.toString());
        }

        /**
         * One record about the pin of a set.
         *
         * @param label of the set
         * @param number from 1
         * @return its key
         */
        public ObjectKey pin(BackupLabel label, long number) {
            return pins(label).key(Long.toString(number));
        }

        /**
         * Leases.
         *
         * @return numbered records
         */
        public ObjectPrefix leases() {
            return root.resolve("lease");
        }

        /**
         * One lease.
         *
         * @param number from 1
         * @return its key
         */
        public ObjectKey lease(long number) {
            return leases().key(Long.toString(number));
        }

        /**
         * Data of all sets, a level for each.
         *
         * @return their prefix
         */
        public ObjectPrefix data() {
            return root.resolve("data");
        }

        /**
         * Data of one set.
         *
         * @param label of the set
         * @return where
         */
        public SetLayout set(BackupLabel label) {
            return new SetLayout(data().resolve(label.toString()));
        }

        /**
         * Verifications of a set.
         *
         * @param label of the set
         * @return one record for each
         */
        public ObjectPrefix verifications(BackupLabel label) {
            return root.resolve("verify/" + label);
        }

        /**
         * Job records of a month.
         *
         * @param month in UTC
         * @return their prefix
         */
        public ObjectPrefix jobs(YearMonth month) {
            return root.resolve("job/" + month);
        }
    }

    /**
     * The data of one set. Immutable.
     *
     * @param root its prefix
     */
    public record SetLayout(ObjectPrefix root) {
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
}
