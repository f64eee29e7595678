package io.pgbackup.core.repository;

import io.pgbackup.BackupLabel;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.RepositoryLayout.ClusterLayout;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.ObjectInfo;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Leases save work: they keep two writers of one cluster from doing the same at once. Safety does not rest on them but on the records: commit and
 * abort of a label are one key, created once. A lease names the one label its holder may commit; it is settled when that label has a
 * record. Safe for use by many threads.
 */
public final class Leases {
    /**
     * Who is at work.
     *
     * @param number of the lease
     * @param holder the operation and its host
     * @param since when it was taken, by the holder's clock
     * @param label the one label its holder may commit; empty for an expire
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

    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Catalog catalog;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public Leases(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
        this.catalog = new Catalog(repository, layout);
    }

    /**
     * Takes the next lease, unless somebody holds one.
     *
     * @param holder the operation and its host
     * @param now by the clock
     * @param label the one label its holder may commit; empty for an expire
     * @return the lease
     * @throws ConflictException with {@link ErrorCode#LEASE_HELD}
     */
    public Lease take(String holder, Instant now, Optional<BackupLabel> label) {
        long next = 1;
        for (long number : numbers()) {
            requireSettled(number);
            next = Math.max(next, number + 1);
        }
        Lease lease = new Lease(next, holder, now, label);
        if (!repository.createRecord(layout.lease(next), HeaderKind.LEASE, lease.toBytes())) {
            throw new ConflictException(
                    ErrorCode.LEASE_HELD,
                    "somebody else took the lease of cluster " + layout.root() + " in repository " + repository.name()
                            + " at this moment",
                    "wait until that operation has ended");
        }
        return lease;
    }

    private void requireSettled(long number) {
        Lease lease = read(number);
        if (!isSettled(lease)) {
            BackupLabel label = lease.label().orElseThrow();
            throw new ConflictException(
                    ErrorCode.LEASE_HELD,
                    lease.holder() + " is taking backup " + label + " of cluster " + layout.root() + " in repository "
                            + repository.name() + " since " + lease.since(),
                    "wait until it has ended; if that process is gone, settle it with breakLease(repository, " + label
                            + ")");
        }
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
        return numbers().stream()
                .map(this::read)
                .filter(lease -> !isSettled(lease))
                .flatMap(lease -> lease.label().stream())
                .toList();
    }

    /**
     * Removes settled leases, except the newest two.
     *
     * @return labels that the remaining leases name: what tells how these ended must stay
     */
    public Set<BackupLabel> sweep() {
        List<Long> numbers = numbers();
        List<Long> old = numbers.subList(0, Math.max(0, numbers.size() - 2)).stream()
                .filter(number -> isSettled(read(number)))
                .toList();
        repository.delete(old.stream().map(layout::lease).toList());
        Set<BackupLabel> named = new HashSet<>();
        for (long number : numbers) {
            if (!old.contains(number)) {
                read(number).label().ifPresent(named::add);
            }
        }
        return named;
    }

    private Lease read(long number) {
        return repository.require(layout.lease(number), HeaderKind.LEASE, bytes -> Lease.parse(number, bytes));
    }

    private List<Long> numbers() {
        return repository.list(layout.leases()).objects().stream()
                .map(ObjectInfo::key)
                .map(key -> Long.parseLong(key.name()))
                .sorted()
                .toList();
    }
}
