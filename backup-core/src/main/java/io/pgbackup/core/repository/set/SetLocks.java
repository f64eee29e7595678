package io.pgbackup.core.repository.set;

import io.pgbackup.BackupLabel;
import io.pgbackup.ObjectLock;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * Until when the store keeps sets, whatever somebody asks of it. A set needs all it leans on, so nothing is built upon what may be deleted before the new
 * set may. Reads only; safe for use by many threads.
 */
public final class SetLocks {
    private final OpenRepository repository;
    private final ClusterLayout layout;

    /**
     * For one cluster of a repository.
     *
     * @param repository where
     * @param layout of the cluster
     */
    public SetLocks(OpenRepository repository, ClusterLayout layout) {
        this.repository = repository;
        this.layout = layout;
    }

    /**
     * Until when a set is locked, as its first object says.
     *
     * @param label of the set
     * @return empty if it is not, or if that object is damaged: then the store alone knows
     */
    public Optional<Instant> lockedUntil(BackupLabel label) {
        try {
            return new SetRecords(repository, layout).begun(label).flatMap(BeginRecord::lockedUntil);
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.REPOSITORY_DAMAGED && e.code() != ErrorCode.FORMAT_UNSUPPORTED) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /**
     * Until when a new set is to be locked.
     *
     * @param leansOn every set it leans on
     * @param now the time at which it begins
     * @return empty if this repository is not to be locked
     */
    public Optional<Instant> until(List<BackupLabel> leansOn, Instant now) {
        Optional<ObjectLock> lock = repository.objectLock();
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        Instant least = wholeSeconds(now.plus(lock.get().atLeast()));
        return leansOn.isEmpty()
                ? Optional.of(least.plus(lock.get().chain()))
                : ofAll(leansOn).filter(until -> until.isAfter(least)).or(() -> Optional.of(least));
    }

    /**
     * Whether a new set may be built upon another one: all of that one's chain stays locked for as long as the new one must be.
     *
     * @param chain the other one, and all that it leans on
     * @param now the time at which the new one begins
     * @return true if this repository is not to be locked
     */
    public boolean lastFor(List<BackupLabel> chain, Instant now) {
        return repository
                .objectLock()
                .map(terms -> wholeSeconds(now.plus(terms.atLeast())))
                .map(needed ->
                        ofAll(chain).filter(until -> !until.isBefore(needed)).isPresent())
                .orElse(true);
    }

    /** The first time at which one of some sets may be deleted; empty if one of them may be at any time. */
    private Optional<Instant> ofAll(List<BackupLabel> labels) {
        List<Instant> times =
                labels.stream().map(this::lockedUntil).flatMap(Optional::stream).toList();
        return times.size() < labels.size() ? Optional.empty() : times.stream().min(Instant::compareTo);
    }

    /** Stores know no fractions of a second; some cut them off. */
    private static Instant wholeSeconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    }
}
