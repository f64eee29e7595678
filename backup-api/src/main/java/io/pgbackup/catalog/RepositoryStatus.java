package io.pgbackup.catalog;

/** The state of a cluster in a repository, with the status codes operators know from pgBackRest. */
public enum RepositoryStatus {
    /** There is at least one backup. */
    OK(0, "ok"),
    /** There is no repository, or no directory of this cluster in it. */
    MISSING_CLUSTER(1, "missing cluster"),
    /** The cluster is known, but has no backup. */
    NO_BACKUP(2, "no valid backup"),
    /** The server's identity is not that of the backups. */
    DIFFERENT_SERVER(5, "database mismatch"),
    /** The repository could not be read. */
    UNREADABLE(99, "other");

    private final int code;
    private final String text;

    RepositoryStatus(int code, String text) {
        this.code = code;
        this.text = text;
    }

    /**
     * A number for monitoring.
     *
     * @return 0 if all is well
     */
    public int code() {
        return code;
    }

    /**
     * A few words for people.
     *
     * @return lower case
     */
    public String text() {
        return text;
    }
}
