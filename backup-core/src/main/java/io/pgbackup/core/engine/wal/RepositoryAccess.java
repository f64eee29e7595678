package io.pgbackup.core.engine.wal;

import io.pgbackup.Repository;
import io.pgbackup.core.repository.OpenRepository;

/** Opens repositories, and knows what keeps somebody who does. Safe for use by many threads. */
public interface RepositoryAccess {
    /**
     * Opens a repository.
     *
     * @param repository one of those configured
     * @return to be closed by the caller
     */
    OpenRepository open(Repository repository);

    /**
     * Whether a thread waits for a key management service now. What keeps it then is not the store.
     *
     * @param thread that opens
     * @return true between question and answer, repetitions included
     */
    boolean asksForKeys(Thread thread);
}
