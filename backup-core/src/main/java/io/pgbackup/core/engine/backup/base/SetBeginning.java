package io.pgbackup.core.engine.backup.base;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.engine.EarlierLeases;
import io.pgbackup.core.engine.LeaseWaiting;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.lease.HeldLease;
import io.pgbackup.core.repository.lease.Leases;
import io.pgbackup.core.repository.set.AdoptedPages;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.BeginRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.Labels;
import io.pgbackup.core.repository.set.ManifestRoot;
import io.pgbackup.core.repository.set.ManifestStore;
import io.pgbackup.core.repository.set.SetLocks;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Begins a set: chooses a base, takes the lease for a new label, makes begin durable, and only then looks whether the base is still there to lean on.
 * For one thread.
 */
public final class SetBeginning {
    private static final int MOST_CHOICES = 5;

    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Catalog catalog;
    private final Leases leases;
    private final SetRecords records;
    private final ManifestStore manifests;
    private final IdentityRecords identities;
    private final SetLocks locks;

    public SetBeginning(Operation operation, OpenRepository repository, ClusterLayout layout) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.catalog = new Catalog(repository, layout);
        this.leases = new Leases(repository, layout, operation.patience().watch());
        this.records = new SetRecords(repository, layout);
        this.manifests = new ManifestStore(repository, layout);
        this.identities = new IdentityRecords(repository, layout);
        this.locks = new SetLocks(repository, layout);
    }

    public Begun begin(BackupRequest request, ServerIdentity server) {
        LeaseWaiting waiting = new LeaseWaiting(operation);
        for (int choice = 0; choice < MOST_CHOICES; choice++) {
            Optional<Begun> begun = waiting.until(() -> {
                leases.requireFree();
                return tryOn(chooseBase(request, server), request, server);
            });
            if (begun.isPresent()) {
                return begun.get();
            }
        }
        throw new ConflictException(
                ErrorCode.LEASE_HELD,
                "again and again a base was chosen by expire in repository " + repository.name(),
                "wait until expire has ended");
    }

    /** Empty if expire has chosen the base meanwhile, or deleted it already. */
    private Optional<Begun> tryOn(Optional<BackupRecord> base, BackupRequest request, ServerIdentity server) {
        try {
            Begun begun = begin(request, server, base);
            boolean whole = operation.settling(
                    () -> begun.mustStay().stream().allMatch(records::mayLeanOn),
                    reason -> giveUp(begun.lease(), reason));
            if (whole) {
                return Optional.of(begun);
            }
            giveUp(begun.lease(), "its base was chosen by expire");
        } catch (RepositoryException e) {
            if (base.map(this::isWhole).orElse(true)) {
                throw e;
            }
        }
        return Optional.empty();
    }

    private Optional<BackupRecord> chooseBase(BackupRequest request, ServerIdentity server) {
        if (request.type().equals(Optional.of(BackupType.FULL))) {
            return Optional.empty();
        }
        boolean onFullOnly = request.type().equals(Optional.of(BackupType.DIFFERENTIAL));
        List<BackupRecord> backups = catalog.readable((label, failure) -> operation.warn(
                label.toString(), "its record is damaged, nothing is built upon it: " + failure.getMessage()));
        List<BackupLabel> unlocked = new ArrayList<>();
        Predicate<BackupLabel> ofCurrentIdentity = identities.ofCurrent();
        for (int index = backups.size() - 1; index >= 0; index--) {
            BackupRecord candidate = backups.get(index);
            boolean suitable = !onFullOnly || candidate.label().type() == BackupType.FULL;
            boolean same = candidate.server().equals(server) && ofCurrentIdentity.test(candidate.takenAs());
            if (suitable && same && isWhole(candidate)) {
                if (lockLasts(candidate)) {
                    return Optional.of(candidate);
                }
                unlocked.add(candidate.label());
            }
        }
        if (!request.fullIfNoBase()) {
            throw new RepositoryException(
                    ErrorCode.NO_BASE,
                    "there is no " + (onFullOnly ? "full backup" : "backup") + " in repository " + repository.name()
                            + " to build upon" + because(backups, unlocked),
                    "take a full backup first, or ask with orFullIfNoBase()");
        }
        operation.warn(
                "backup type",
                "there is no backup to build upon" + because(backups, unlocked) + ": a full backup is taken");
        return Optional.empty();
    }

    private boolean lockLasts(BackupRecord candidate) {
        List<BackupLabel> chain = new ArrayList<>(candidate.references());
        chain.add(candidate.label());
        return locks.lastFor(chain, operation.clock().instant());
    }

    private static String because(List<BackupRecord> backups, List<BackupLabel> unlocked) {
        if (!unlocked.isEmpty()) {
            return " (the store's lock on " + unlocked.get(0) + " or its chain ends too early)";
        }
        return backups.isEmpty() ? "" : " (there are some that are not whole, or of the server as it was before)";
    }

    /** A commit record counts only while the manifests it needs are there, and expire has chosen none of its sets. */
    private boolean isWhole(BackupRecord candidate) {
        return isThere(candidate.label()) && candidate.references().stream().allMatch(this::isThere);
    }

    private boolean isThere(BackupLabel label) {
        boolean adopted = catalog.settlement(label)
                .filter(Catalog.Settlement.ABORTED::equals)
                .isPresent();
        return adopted || manifests.hasRoot(label) && records.mayLeanOn(label);
    }

    private static BackupType typeOf(BackupRequest request, Optional<BackupRecord> base) {
        return base.isEmpty() ? BackupType.FULL : request.type().orElse(BackupType.INCREMENTAL);
    }

    private Begun begin(BackupRequest request, ServerIdentity server, Optional<BackupRecord> base) {
        BackupType type = typeOf(request, base);
        Leases.Lease lease = leases.take(new Leases.Claim(
                holder(),
                operation.clock(),
                used -> Labels.next(
                        type,
                        base.map(BackupRecord::label),
                        used,
                        operation.clock().instant())));
        HeldLease held = new HeldLease(leases, lease, operation.patience().watch());
        operation.duty(held::heartbeat);
        return operation.settling(
                () -> {
                    EarlierLeases.settle(operation, leases, lease);
                    Optional<BaseSet> known = known(request, server, base);
                    long seed = known.map(BaseSet::seed).orElseGet(() -> new SecureRandom().nextLong());
                    Begun begun = new Begun(held.label(), held, known, seed, lease.since());
                    records.begin(new BeginRecord(
                            begun.label(),
                            lease.holder(),
                            lease.number(),
                            lease.since(),
                            begun.references(),
                            Optional.of(new BeginRecord.Origin(server, seed)),
                            begun.adopted()));
                    records.requireUnsettled(begun.label());
                    return begun;
                },
                reason -> giveUp(held, reason));
    }

    private void giveUp(HeldLease held, String reason) {
        held.release();
        records.abort(held.label(), reason, operation.clock().instant());
    }

    /** What the new set is compared with: its base, an attempt that was interrupted, or both. */
    private Optional<BaseSet> known(BackupRequest request, ServerIdentity server, Optional<BackupRecord> base) {
        Optional<List<ManifestRoot>> roots = base.map(manifests::roots);
        Optional<Adoption> adoption = request.resume()
                ? new InterruptedSets(repository, layout, server, operation::heartbeat)
                        .newest(
                                base,
                                roots.map(chain -> chain.get(chain.size() - 1).seed()))
                        .filter(found -> locks.lastFor(
                                found.pages().stream().map(AdoptedPages::label).toList(),
                                operation.clock().instant()))
                : Optional.empty();
        return base.map(record -> BaseSet.open(record, roots.orElseThrow(), adoption, manifests))
                .or(() -> adoption.map(found -> BaseSet.open(found, server.pageSize(), manifests)));
    }

    private String holder() {
        try {
            return "operation " + operation.id() + " on "
                    + InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "operation " + operation.id();
        }
    }
}
