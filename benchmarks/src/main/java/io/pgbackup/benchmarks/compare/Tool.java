package io.pgbackup.benchmarks.compare;

import io.pgbackup.benchmarks.compare.CompareOptions.Case;
import java.nio.file.Path;

/** A backup tool under test. Its methods block until the result is durable and throw if the tool fails. For one thread. */
interface Tool {
    /** Short name, as on the command line. */
    String name();

    /** How it was called, for the report. */
    String description();

    /** Whether it takes part. */
    boolean does(Case what);

    /** Makes a repository in an empty directory; not timed. */
    void prepare(Path repository);

    /** Takes a full backup. */
    void full(Path repository);

    /** Takes an incremental backup on the full one in the repository. */
    void incremental(Path repository);

    /** Restores the newest backup of the repository into an empty directory. */
    void restore(Path repository, Path target);
}
