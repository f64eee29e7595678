package io.pgbackup.core.testkit;

import java.util.stream.Stream;

/** The majors that are supported and tested; for {@code @EnumSource} and {@code @MethodSource}. */
public enum PostgresVersion {
    /** PostgreSQL 13. */
    V13(13),
    /** PostgreSQL 14. */
    V14(14),
    /** PostgreSQL 15. */
    V15(15),
    /** PostgreSQL 16. */
    V16(16),
    /** PostgreSQL 17. */
    V17(17),
    /** PostgreSQL 18. */
    V18(18);

    private final int major;

    PostgresVersion(int major) {
        this.major = major;
    }

    /**
     * The major version.
     *
     * @return 13 and up
     */
    public int major() {
        return major;
    }

    /**
     * The newest.
     *
     * @return the last of all
     */
    public static PostgresVersion newest() {
        return values()[values().length - 1];
    }

    /**
     * The versions whose binaries can be found on this machine.
     *
     * @return in order
     */
    public static Stream<PostgresVersion> available() {
        return Stream.of(values())
                .filter(version -> PostgresBinaries.find(version).isPresent());
    }

    @Override
    public String toString() {
        return "PostgreSQL " + major;
    }
}
