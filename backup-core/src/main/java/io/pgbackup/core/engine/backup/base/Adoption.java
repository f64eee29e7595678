package io.pgbackup.core.engine.backup.base;

import io.pgbackup.Lsn;
import io.pgbackup.core.repository.set.AdoptedPages;
import java.util.List;

/**
 * What a set takes over from attempts that were interrupted: levels above those of its base.
 *
 * @param seed of the page fingerprints in them
 * @param sets oldest first
 */
public record Adoption(long seed, List<AdoptedSet> sets) {
    /**
     * A part of an aborted set.
     *
     * @param pages of its manifest
     * @param start where the server began it: what changed since then is not in it
     */
    record AdoptedSet(AdoptedPages pages, Lsn start) {}

    public Adoption {
        sets = List.copyOf(sets);
    }

    List<AdoptedPages> pages() {
        return sets.stream().map(AdoptedSet::pages).toList();
    }
}
