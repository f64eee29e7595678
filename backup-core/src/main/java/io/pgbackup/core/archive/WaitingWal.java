package io.pgbackup.core.archive;

import io.pgbackup.core.postgres.wal.WalFileName;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;

/** WAL that waits on this machine to come into the archives. */
public interface WaitingWal {
    /**
     * Nothing waits.
     *
     * @return always empty
     */
    static WaitingWal none() {
        return new WaitingWal() {
            @Override
            public Set<WalFileName> names() {
                return Set.of();
            }

            @Override
            public Optional<InputStream> open(WalFileName name) {
                return Optional.empty();
            }
        };
    }

    /**
     * What waits now.
     *
     * @return names of whole files
     */
    Set<WalFileName> names();

    /**
     * Opens a file.
     *
     * @param name of the file
     * @return its content; empty if (and only if) it does not wait any more
     */
    Optional<InputStream> open(WalFileName name);
}
