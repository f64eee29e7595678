package io.pgbackup.restore;

import io.pgbackup.Lsn;
import java.util.List;

/**
 * The WAL that recovery replays.
 *
 * @param timeline the timeline that recovery follows to its end
 * @param from first position that is replayed
 * @param until end of what is known to be there; recovery may end before, at its target
 * @param files what is brought from the archive into the restored directory, in order; empty if the set has all, or the server fetches it
 */
public record WalPlan(long timeline, Lsn from, Lsn until, List<String> files) {
    /** Copies the list. */
    public WalPlan {
        files = List.copyOf(files);
    }
}
