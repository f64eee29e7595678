package io.pgbackup.core.engine;

import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.engine.SegmentSearch.Sight;
import io.pgbackup.core.engine.wal.ArchiveWay;
import io.pgbackup.core.postgres.session.ArchiverState;
import java.util.ArrayList;
import java.util.List;

/**
 * What is told of archiving. What arrives is a proof, by whatever way it came. What does not arrive is an error where our script archives, where some of the
 * repositories got it, and where WAL was archived before; a server that always archived elsewhere is none, and neither is one that does not archive.
 *
 * @param way that the server archives
 * @param holding repositories that have WAL of this cluster
 */
record ArchivingVerdict(ArchiveWay way, List<Repository> holding) {
    private static final String SUBJECT = "archiving";
    private static final String ONLY_ENDS =
            "every backup can be restored to its own end with the WAL that it holds, and to no point after it";
    private static final String HOW = "to recover to any point from here, set archive_command to what"
            + " WalService.writeArchiveCommand returns, or receive the log beside it with wal().receiver()";
    private static final String OF_OURS =
            "look into pg_stat_archiver and the server's log: is archive_command the one that"
                    + " pgbackup wrote, and is the process up that serves it?";

    /** Where a segment that the server ends should arrive. Without anything that archives only a receiver can bring it. */
    List<Repository> expected(List<Repository> reached) {
        return way.archives() ? reached : holding;
    }

    /** Where the last file that a standby archived should be. If another way archives there, the primary may be the one that archives here. */
    List<Repository> expectedOfStandby(List<Repository> reached) {
        return way.foreign() ? holding : reached;
    }

    /** Nothing archives, and nothing ever came. */
    List<Item> withoutWal() {
        return way.kind() == ArchiveWay.Kind.OFF
                ? List.of(new Item(SUBJECT, true, "off: " + ONLY_ENDS, ""))
                : List.of(keepsAll());
    }

    private Item keepsAll() {
        return new Item(
                SUBJECT,
                false,
                "archive_mode is on and " + way.text() + ": the server keeps all of its log, until its disk is full",
                HOW + "; or set archive_mode = off and restart the server");
    }

    List<Item> notProved() {
        return List.of(new Item(
                SUBJECT,
                true,
                "not proved: the role may not end a segment; " + way.describe(),
                "GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() TO the role of the backup"));
    }

    List<Item> ofPrimary(List<Sight> sights, ArchiverState now) {
        List<Item> items = new ArrayList<>();
        if (way.kind() == ArchiveWay.Kind.NOTHING) {
            items.add(keepsAll());
        }
        boolean comes = sights.stream().anyMatch(Sight::arrived);
        if (way.foreign() && !comes && holding.isEmpty()) {
            items.add(elsewhere(sights.get(0), now));
            return items;
        }
        for (Sight sight : sights) {
            if (comes || !way.foreign() || holding.contains(sight.repository())) {
                items.add(item(sight, now));
            }
        }
        return items;
    }

    private Item elsewhere(Sight sight, ArchiverState now) {
        if (now.hasArchived(sight.name())) {
            return new Item(
                    SUBJECT,
                    true,
                    "elsewhere: the server archives by " + way.describe()
                            + ", and no repository has WAL of this cluster. From here " + ONLY_ENDS,
                    HOW);
        }
        String state = now.failing()
                ? ", and that fails: " + now.lastFailed() + " could not be archived."
                : ", and " + sight.name() + " was not archived within "
                        + sight.took().toSeconds() + " s.";
        return new Item(
                SUBJECT,
                false,
                "the server archives by " + way.describe() + state
                        + " It keeps its log until that is mended or its disk is full",
                "look into the server's log; " + HOW);
    }

    private Item item(Sight sight, ArchiverState now) {
        String subject = SUBJECT + " to " + sight.repository().name();
        if (sight.arrived()) {
            return new Item(subject, true, sight.describe(), "");
        }
        String state = now.failing() ? "; archiving fails in the server, last for " + now.lastFailed() : "";
        return switch (way.kind()) {
            case OURS -> new Item(subject, false, sight.describe() + state, OF_OURS);
            case OTHER ->
                new Item(
                        subject,
                        false,
                        sight.describe() + ". WAL was archived here, but now the server archives by " + way.describe()
                                + state,
                        "without it one can recover to no point after the last segment that came; " + HOW);
            case OFF, NOTHING ->
                new Item(
                        subject,
                        false,
                        sight.describe() + ". WAL was archived here, but now " + way.text()
                                + ", so that only a receiver could bring it",
                        "is the process up that receives, and was its slot not lost? " + HOW);
        };
    }

    /** Of one that archives before it is promoted; looked for was the last file that it archived, if there is one. */
    List<Item> ofArchivingStandby(List<Sight> sights, ArchiverState state) {
        if (state.failing()) {
            return List.of(new Item(
                    SUBJECT,
                    false,
                    "the standby archives by " + way.describe() + ", and that fails: " + state.lastFailed()
                            + " could not be archived",
                    way.foreign() ? "look into the standby's log" : OF_OURS));
        }
        if (way.foreign() && sights.stream().noneMatch(Sight::arrived)) {
            return List.of(new Item(
                    SUBJECT,
                    true,
                    "not proved: the server is a standby that archives elsewhere by " + way.describe(),
                    ""));
        }
        return sights.isEmpty()
                ? List.of(new Item(
                        SUBJECT, true, "not proved: the server is a standby, and has archived nothing yet", ""))
                : sights.stream().map(sight -> item(sight, state)).toList();
    }

    /** Of one that does not. */
    static List<Item> ofStandby() {
        return List.of(new Item(
                SUBJECT, true, "not proved: the server is a standby, and archives nothing until it is promoted", ""));
    }
}
