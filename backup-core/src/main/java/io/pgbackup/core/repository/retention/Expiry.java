package io.pgbackup.core.repository.retention;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.StoreClock;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Retire, look, delete: a set is first marked as chosen; only then is looked whether it is pinned or anything leans on it; only then is it deleted, its record
 * first. It takes
 * no lease, waits for nobody and settles nothing, and any number of these may run at once. For one call.
 */
public final class Expiry {
    /**
     * What was done.
     *
     * @param deleted sets that are gone
     * @param waiting retired sets whose grace is not over
     * @param postponed retired sets that are pinned or that something leans on
     * @param abandoned aborted sets whose data is gone
     * @param ghosts commit records without data that are gone
     * @param foreign retired sets that were not chosen here, and stay for that
     * @param freed bytes of the objects that are gone
     */
    public record Outcome(
            List<BackupLabel> deleted,
            List<BackupLabel> waiting,
            List<BackupLabel> postponed,
            List<BackupLabel> abandoned,
            List<BackupLabel> ghosts,
            List<BackupLabel> foreign,
            long freed) {}

    /**
     * How long things stay.
     *
     * @param grace of a retired set, for those who read it, by the store's clock
     * @param abandoned least age of an abort record before the data of its set goes, by the store's clock
     */
    public record Ages(Duration grace, Duration abandoned) {}

    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Ages ages;
    private final InstantSource clock;
    private final Runnable heartbeat;
    private final Catalog catalog;
    private final SetRecords records;
    private final SetDeletion deletion;
    private Predicate<BackupLabel> believed = label -> true;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     * @param ages how long things stay
     * @param clock for records
     * @param heartbeat called now and then
     */
    public Expiry(OpenRepository repository, ClusterLayout layout, Ages ages, InstantSource clock, Runnable heartbeat) {
        this.repository = repository;
        this.layout = layout;
        this.ages = ages;
        this.clock = clock;
        this.heartbeat = heartbeat;
        this.catalog = new Catalog(repository, layout);
        this.records = new SetRecords(repository, layout);
        this.deletion = new SetDeletion(repository, layout, heartbeat);
    }

    /**
     * As {@link #run}, but what others have retired stays.
     *
     * @param chosen committed sets and the reasons, for people
     * @return what was done
     */
    public Outcome runDistrustfully(Map<BackupLabel, String> chosen) {
        believed = chosen::containsKey;
        return run(chosen);
    }

    /**
     * Retires sets, and deletes what is retired, due and leaned on by nothing.
     *
     * @param chosen committed sets and the reasons, for people
     * @return what was done
     */
    public Outcome run(Map<BackupLabel, String> chosen) {
        chosen.keySet().stream()
                .sorted(Comparator.reverseOrder())
                .forEach(label -> retire(label, chosen.getOrDefault(label, "")));
        Instant now = new StoreClock(repository, layout).instant();
        List<BackupLabel> abandoned = retireAbandoned(now);
        return delete(now, abandoned);
    }

    private void retire(BackupLabel label, String reason) {
        heartbeat.run();
        records.retire(label, reason, clock.instant());
    }

    private List<BackupLabel> retireAbandoned(Instant now) {
        Map<BackupLabel, Instant> settled = catalog.labels().settlements();
        List<BackupLabel> old = catalog.abandoned().stream()
                .filter(label -> isPast(settled.getOrDefault(label, now), ages.abandoned(), now))
                .toList();
        old.forEach(label -> retire(label, "it was aborted"));
        return old;
    }

    private static boolean isPast(Instant since, Duration age, Instant now) {
        return age.isZero() || !since.plus(age).isAfter(now);
    }

    /**
     * Retirements first: what another expire retires after this look was not looked for. Then begin, then record: a set that was begun before another was
     * chosen is seen here, one begun later looks itself and chooses again.
     */
    private Outcome delete(Instant now, List<BackupLabel> abandoned) {
        Map<BackupLabel, Instant> retired = catalog.labels().retirements();
        Set<BackupLabel> needed = leanedOnByRunning();
        Map<BackupLabel, List<BackupLabel>> committed = committed();
        List<BackupLabel> waiting = new ArrayList<>();
        List<BackupLabel> foreign = new ArrayList<>();
        Set<BackupLabel> due = new HashSet<>();
        for (BackupLabel label : committed.keySet()) {
            Instant since = retired.get(label);
            if (since != null && !believed.test(label)) {
                foreign.add(label);
            } else if (since != null && isPast(since, ages.grace(), now)) {
                due.add(label);
            } else if (since != null) {
                waiting.add(label);
            }
        }
        Set<BackupLabel> deletable = new HashSet<>(due);
        deletable.removeAll(pinned(now));
        keepWhatIsNeeded(committed, deletable, needed);
        List<BackupLabel> halfDeleted = catalog.labels().halfDeleted();
        List<BackupLabel> deleted = newestFirst(deletable);
        deleted.forEach(deletion::delete);
        halfDeleted.forEach(deletion::deleteData);
        List<BackupLabel> cleared =
                abandoned.stream().filter(label -> !needed.contains(label)).toList();
        cleared.forEach(deletion::deleteData);
        List<BackupLabel> ghosts = catalog.ghosts();
        ghosts.forEach(deletion::deleteGhost);
        forgetDeleted();
        due.removeAll(deletable);
        return new Outcome(deleted, waiting, newestFirst(due), cleared, ghosts, foreign, deletion.freed());
    }

    /** What every committed set leans on; one whose record cannot be read keeps what it may need. */
    private Map<BackupLabel, List<BackupLabel>> committed() {
        Map<BackupLabel, List<BackupLabel>> references = new TreeMap<>();
        RetentionCatalog unreadable = new RetentionCatalog(repository, layout);
        for (BackupRecord record :
                catalog.committed((label, damage) -> references.put(label, unreadable.leansOn(label)))) {
            references.put(record.label(), record.references());
        }
        return references;
    }

    /** A pin is written before its writer looks whether the set is retired; so here it is looked for after the set was retired. */
    private Set<BackupLabel> pinned(Instant now) {
        Instant here = clock.instant();
        return new Pins(repository, layout)
                .holding(now.isBefore(here) ? now : here)
                .keySet();
    }

    private Set<BackupLabel> leanedOnByRunning() {
        Set<BackupLabel> needed = new HashSet<>();
        for (BackupLabel label : catalog.labels().unsettled()) {
            records.leansOn(label).ifPresent(needed::addAll);
        }
        return needed;
    }

    /** What stays keeps what it leans on, until nothing changes any more. */
    private static void keepWhatIsNeeded(
            Map<BackupLabel, List<BackupLabel>> committed, Set<BackupLabel> deletable, Set<BackupLabel> needed) {
        boolean changed = true;
        while (changed) {
            committed.forEach((label, references) -> {
                if (!deletable.contains(label)) {
                    needed.addAll(references);
                }
            });
            changed = deletable.removeAll(needed);
        }
    }

    private static List<BackupLabel> newestFirst(Collection<BackupLabel> labels) {
        return labels.stream().sorted(Comparator.reverseOrder()).toList();
    }

    private void forgetDeleted() {
        Set<BackupLabel> named = new Leases(repository, layout).sweep();
        catalog.labels().deleted().stream()
                .filter(label -> !named.contains(label))
                .forEach(deletion::forget);
    }
}
