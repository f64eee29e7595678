package io.pgbackup.core.engine.wal;

import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.archive.ArchiveGaps;
import io.pgbackup.core.engine.wal.DroppedNotes.Note;
import io.pgbackup.wal.WalGap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a check of the set-up tells of the log beside that archiving works. For one call. */
final class WalState {
    private final WalLanes lanes;
    private final Optional<Dropping> dropping;

    WalState(WalLanes lanes, Optional<Dropping> dropping) {
        this.lanes = lanes;
        this.dropping = dropping;
    }

    /** What is missing behind the newest backup. Nothing is said where nothing is missing. */
    List<Item> gaps(Repository repository) {
        List<WalGap> gaps =
                lanes.of(repository).with(archives -> archives.hasIdentity() ? RecentWal.gaps(archives) : List.of());
        return gaps.isEmpty()
                ? List.of()
                : List.of(new Item(
                        "WAL in " + repository.name(),
                        false,
                        gaps.stream().map(ArchiveGaps::describe).toList() + ": one cannot recover over it",
                        "take a backup: it needs nothing of what came before it"));
    }

    /** What waits in a spool; what was given up and is not recorded yet. Nothing is said if neither may be. */
    List<Item> policy(Optional<WalSpool> spool) {
        List<Item> items = new ArrayList<>();
        spool.ifPresent(some -> {
            SpoolState state = SpoolState.of(some, some.waiting(), Instant.now());
            boolean fine = state.excess().isEmpty();
            items.add(new Item(
                    "WAL spool",
                    fine,
                    some.policy().directory() + ": " + state.describe(),
                    fine ? "" : "is a service open that empties it, and do the repositories answer?"));
        });
        dropping.ifPresent(policy -> {
            policy.notes().probe();
            List<Note> pending = policy.pending();
            boolean none = pending.isEmpty();
            items.add(new Item(
                    "giving WAL up",
                    none,
                    "allowed beyond " + policy.limit().bytes() + " bytes in pg_wal; "
                            + (none
                                    ? "all that was given up is recorded"
                                    : pending.size() + " files were given up and are not recorded yet, the first is "
                                            + pending.get(0).name() + " at "
                                            + pending.get(0).time()),
                    none ? "" : "take a backup as soon as the repositories answer"));
        });
        return items;
    }
}
