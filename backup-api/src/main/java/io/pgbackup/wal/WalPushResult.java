package io.pgbackup.wal;

import java.util.Map;

/**
 * What became of a WAL file that was pushed. The policy is fulfilled, or says that the file is given up; else the push had failed.
 *
 * @param name of the file
 * @param repositories what became of it in each repository, by name
 */
public record WalPushResult(String name, Map<String, Outcome> repositories) {
    /** What became of a file in one repository. */
    public enum Outcome {
        /** It was stored by this push. */
        STORED,
        /** It was there already, with the same content. */
        PRESENT,
        /** It was not waited for: it is on its way, or will be caught up from another repository. */
        LATER,
        /** No repository has it, and the server is told that it is archived: it was given up, see {@link WalPolicy#droppingBeyond}. */
        DROPPED
    }

    /** Copies the map. */
    public WalPushResult {
        repositories = Map.copyOf(repositories);
    }
}
