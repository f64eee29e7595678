package io.pgbackup.catalog;

/** Which backups to keep. Immutable. A backup is never removed while one that is kept needs it, and the last full backup is always kept. */
public final class Retention {
    private final int fullBackups;

    private Retention(int fullBackups) {
        this.fullBackups = fullBackups;
    }

    /**
     * Keeps the newest full backups and everything that depends on them.
     *
     * @param count at least 1
     * @return the rule
     */
    public static Retention keepFullBackups(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one full backup is kept, not " + count);
        }
        return new Retention(count);
    }

    /**
     * How many full backups are kept.
     *
     * @return at least 1
     */
    public int fullBackups() {
        return fullBackups;
    }

    @Override
    public String toString() {
        return "Retention[" + fullBackups + " full]";
    }
}
