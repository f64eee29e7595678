package io.pgbackup.core.testkit;

import org.opentest4j.TestAbortedException;

/** Skips a test whose server cannot be had here; on a build server that would be a hole nobody sees, so there it fails. Needs JUnit. */
public final class PostgresAvailability {
    private PostgresAvailability() {}

    /**
     * Demands the binaries of a version.
     *
     * @param version what the test needs
     * @throws TestAbortedException if they are missing
     * @throws IllegalStateException if they are missing and the environment says {@code CI=true}
     */
    public static void require(PostgresVersion version) {
        if (PostgresBinaries.find(version).isPresent()) {
            return;
        }
        String message = PostgresBinaries.missingMessage(version);
        if ("true".equalsIgnoreCase(System.getenv("CI"))) {
            throw new IllegalStateException(message);
        }
        throw new TestAbortedException(message);
    }
}
