package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.time.YearMonth;

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
