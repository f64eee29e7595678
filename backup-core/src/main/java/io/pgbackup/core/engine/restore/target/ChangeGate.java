package io.pgbackup.core.engine.restore.target;

import java.nio.file.Path;

/** Asked before every single change of the target; what it throws ends the restore there. Safe for use by many threads. */
@FunctionalInterface
public interface ChangeGate {
    /**
     * Something is about to be made, written, cut, renamed or removed.
     *
     * @param path what is changed
     */
    void before(Path path);
}
