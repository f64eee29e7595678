package io.pgbackup.core.repository.lease;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.JsonRecord;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.ObjectInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Leases save work: they keep two writers of one cluster from doing the same at once. Safety does not rest on them but on the records: commit and
 * abort of a label are one key, created once. A lease names the one label its holder may commit; it is settled when that label has a
 * record. Numbers only rise, and a newer lease names a later label, so that no label is ever used again. Safe for use by many threads.
 */
public final class Leases {
    private static final int NEWEST_KEPT = 2;

    /**
     * Who is at work.
     *
     * @param number of the lease
     * @param holder the operation and its host
     * @param since when its first lease was taken, by the holder's clock
     * @param label the one label its holder may commit; empty if it may commit none
     */
    public record Lease(long number, String holder, Instant since, Optional<BackupLabel> label) {
        private byte[] toBytes() {
            JsonRecord record = new JsonRecord().put("holder", holder).put("since", since.toString());
            label.ifPresent(name -> record.put("label", name.toString()));
            return record.toBytes();
        }

        private static Lease parse(long number, byte[] bytes) {
            JsonRecord record = JsonRecord.parse(bytes);
            return new Lease(
                    number,
                    record.text("holder"),
                    Instant.parse(record.text("since")),
                    record.optionalText("label").map(BackupLabel::parse));
        }
    }

    /**
     * Who wants a lease.
     *
     * @param holder the operation and its host
     * @param clock says since when
     * @param label chooses a label that is later than all those it is given
     */
    public record Claim(String holder, InstantSource clock, Function<List<BackupLabel>, BackupLabel> label) {}

    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final LeaseWatch watch;
    private final Catalog catalog;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     * @param watch what was seen of earlier leases
     */
    public Leases(OpenRepository repository, ClusterLayout layout, LeaseWatch watch) {
        this.repository = repository;
        this.layout = layout;
        this.watch = watch;
        this.catalog = new Catalog(repository, layout);
    }

    /**
     * For looking: nobody is taken for dead.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public Leases(OpenRepository repository, ClusterLayout layout) {
        this(repository, layout, LeaseWatch.fresh());
    }

    /**
     * Takes the next lease, unless somebody holds one who is not known to be dead. Nothing is begun before {@link #settleEarlier}.
     *
     * @param claim who wants it
     * @return the lease, which names a label that was never used
     * @throws ConflictException with {@link ErrorCode#LEASE_HELD}
     */
    public Lease take(Claim claim) {
        Optional<Lease> newest = newest();
        newest.ifPresent(this::requireFree);
        Set<BackupLabel> used = new TreeSet<>(catalog.labels().all());
        newest.flatMap(Lease::label).ifPresent(used::add);
        long next = newest.map(Lease::number).orElse(0L) + 1;
        BackupLabel label = claim.label().apply(List.copyOf(used));
        Lease lease = new Lease(next, claim.holder(), claim.clock().instant(), Optional.of(label));
        if (!create(lease)) {
            throw new ConflictException(
                    ErrorCode.LEASE_HELD,
                    "somebody else took the lease of " + place() + " at this moment",
                    "wait until that operation has ended");
        }
        return lease;
    }

    /**
     * Looks whether {@link #take} would fail.
     *
     * @throws ConflictException with {@link ErrorCode#LEASE_HELD}
     */
    public void requireFree() {
        newest().ifPresent(this::requireFree);
    }

    /** Whose lease is the newest may be at work, unless its label is settled or it has been silent for a whole term under our own eyes. */
    private void requireFree(Lease newest) {
        if (isSettled(newest)) {
            return;
        }
        Duration silence = watch.silence(place(), newest);
        Duration term = watch.terms().term();
        if (silence.compareTo(term) >= 0) {
            return;
        }
        BackupLabel label = newest.label().orElseThrow();
        throw new ConflictException(
                ErrorCode.LEASE_HELD,
                newest.holder() + " is taking backup " + label + " of " + place() + " since " + newest.since(),
                "wait until it has ended; if that process is gone, its lease is taken over when this PgBackup has seen it silent for "
                        + term.toMinutes() + " minutes (" + silence.toMinutes()
                        + " so far): call again then, or wait with OperationOptions.waitForLease(), or settle it now with breakLease(repository, "
                        + label + ")");
    }

    /**
     * Settles every label that an earlier lease names, begun or not: none of them can be committed from now on.
     *
     * @param own the lease just taken
     * @param reason for people
     * @param now by the clock
     * @return labels that were settled by this
     * @throws ConflictException with {@link ErrorCode#LEASE_LOST} if there is a newer lease already
     */
    public List<BackupLabel> settleEarlier(Lease own, String reason, Instant now) {
        requireMine(own);
        SetRecords records = new SetRecords(repository, layout);
        List<BackupLabel> settled = new ArrayList<>();
        for (Lease lease : all()) {
            // A lease that is swept meanwhile named a settled label, whose last trace may be gone.
            if (lease.number() < own.number()
                    && !isSettled(lease)
                    && read(lease.number()).isPresent()) {
                BackupLabel label = lease.label().orElseThrow();
                if (records.abort(label, reason, now)) {
                    settled.add(label);
                }
            }
        }
        return settled;
    }

    /**
     * Takes a further lease for the same label.
     *
     * @param own the newest lease of the holder
     * @return the further lease, or the same if the set was committed meanwhile
     * @throws ConflictException with {@link ErrorCode#LEASE_LOST} if somebody else settled the label or took the lease
     */
    Lease renew(Lease own) {
        BackupLabel label = own.label().orElseThrow();
        Optional<Catalog.Settlement> settlement = catalog.settlement(label);
        if (settlement.equals(Optional.of(Catalog.Settlement.COMMITTED))) {
            return own;
        }
        if (settlement.isPresent() || catalog.isSettled(label)) {
            throw lost(own, "somebody else settled it");
        }
        Lease newest = requireMine(own);
        Lease further = new Lease(newest.number() + 1, own.holder(), own.since(), own.label());
        return create(further) ? further : requireMine(own);
    }

    /** A newer lease for the same label is the holder's own: only its reply was lost. */
    private Lease requireMine(Lease own) {
        Lease newest = newest().orElse(own);
        if (!newest.label().equals(own.label())) {
            throw lost(own, newest.holder() + " has taken the lease");
        }
        return newest;
    }

    private ConflictException lost(Lease own, String what) {
        return new ConflictException(
                ErrorCode.LEASE_LOST,
                "backup " + own.label().orElseThrow() + " of " + place() + " was lost: " + what,
                "this operation was taken for dead; let only one process back up a cluster, and repeat");
    }

    private boolean create(Lease lease) {
        return repository.createRecord(layout.lease(lease.number()), HeaderKind.LEASE, lease.toBytes());
    }

    private boolean isSettled(Lease lease) {
        return lease.label().map(catalog::isSettled).orElse(true);
    }

    /**
     * Labels that a holder may still commit, begun or not.
     *
     * @return in the order of their leases
     */
    public List<BackupLabel> unsettled() {
        return all().stream()
                .flatMap(lease -> lease.label().stream())
                .distinct()
                .filter(label -> !catalog.isSettled(label))
                .toList();
    }

    /**
     * Removes leases that say nothing more, except the newest two: the label is settled, or a newer lease names it too.
     *
     * @return labels that the remaining leases name: what tells how these ended must stay
     */
    public Set<BackupLabel> sweep() {
        List<Lease> present = all();
        Set<BackupLabel> named = new HashSet<>();
        Map<BackupLabel, Boolean> settled = new HashMap<>();
        List<Lease> old = new ArrayList<>();
        for (int index = present.size() - 1; index >= 0; index--) {
            Lease lease = present.get(index);
            boolean newest = index >= present.size() - NEWEST_KEPT;
            boolean spent = lease.label()
                    .map(label -> named.contains(label) || settled.computeIfAbsent(label, catalog::isSettled))
                    .orElse(true);
            if (newest || !spent) {
                lease.label().ifPresent(named::add);
            } else {
                old.add(lease);
            }
        }
        repository.delete(
                old.stream().map(lease -> layout.lease(lease.number())).toList());
        return named;
    }

    /** The newest lease is never swept, but it may be the newest no more when it is read. */
    private Optional<Lease> newest() {
        Optional<Long> missed = Optional.empty();
        while (true) {
            Optional<Long> number = numbers().max(Long::compare);
            Optional<Lease> newest = number.flatMap(this::read);
            if (number.isEmpty() || newest.isPresent()) {
                return newest;
            }
            if (number.equals(missed)) {
                throw repository.missing(layout.lease(number.get()));
            }
            missed = number;
        }
    }

    private Stream<Long> numbers() {
        return repository.list(layout.leases()).objects().stream()
                .map(ObjectInfo::key)
                .map(key -> Long.parseLong(key.name()))
                .sorted();
    }

    /** All leases in the order of their numbers; one that is swept meanwhile is none. */
    private List<Lease> all() {
        return numbers().flatMap(number -> read(number).stream()).toList();
    }

    private Optional<Lease> read(long number) {
        return repository
                .readRecord(layout.lease(number), HeaderKind.LEASE)
                .map(content -> repository.parse(layout.lease(number), content, bytes -> Lease.parse(number, bytes)));
    }

    private String place() {
        return "cluster " + layout.root() + " in repository " + repository.name();
    }
}
