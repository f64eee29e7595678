package io.pgbackup.core.postgres.files;

/** The files that make up a relation, numbered as PostgreSQL does ({@code relpath.h}). */
public enum Fork {
    /** The data. */
    MAIN(""),
    /** The free space map; never logged, heals itself. */
    FREE_SPACE("_fsm"),
    /** The visibility map; the log does not tell all its changes. */
    VISIBILITY("_vm"),
    /** What an unlogged relation is reset to after a crash. */
    INIT("_init");

    private final String suffix;

    Fork(String suffix) {
        this.suffix = suffix;
    }

    /**
     * What stands behind the file node in the name.
     *
     * @return empty for the main fork
     */
    public String suffix() {
        return suffix;
    }
}
