package io.pgbackup.core.engine.backup.base;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.engine.backup.base.Adoption.AdoptedSet;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.AdoptedPages;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.BeginRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.core.repository.set.DurablePages;
import io.pgbackup.core.repository.set.SetRecords;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the interrupted attempt whose work a new set can take over: the newest aborted set on the same chain, of the same server, that has got so far as
 * to store a manifest page; and what that one had taken over itself. Once a set on the same base was committed, nothing before it is taken over any more:
 * a full backup is to be one. An aborted set is never changed, only referred to. For one thread.
 */
public final class InterruptedSets {
    private static final Logger LOG = LoggerFactory.getLogger(InterruptedSets.class);
    private static final int MOST_LOOKED_AT = 20;

    private final SetRecords records;
    private final Catalog catalog;
    private final DurablePages durable;
    private final ServerIdentity server;

    public InterruptedSets(OpenRepository repository, ClusterLayout layout, ServerIdentity server, Runnable heartbeat) {
        this.records = new SetRecords(repository, layout);
        this.catalog = new Catalog(repository, layout);
        this.durable = new DurablePages(repository, layout, server.pageSize(), heartbeat);
        this.server = server;
    }

    /**
     * Looks for one.
     *
     * @param base what the new set builds upon; empty for a full one
     * @param seed of the base's chain; empty without base
     */
    public Optional<Adoption> newest(Optional<BackupRecord> base, Optional<Long> seed) {
        List<BackupLabel> labels = catalog.settledLabels();
        int looked = 0;
        for (int index = labels.size() - 1; index >= 0 && looked < MOST_LOOKED_AT; index--) {
            BackupLabel label = labels.get(index);
            if (base.isPresent() && label.compareTo(base.get().label()) <= 0) {
                break;
            }
            if (!isOfChain(label, base)) {
                continue;
            }
            Optional<Optional<BackupRecord>> committed = unlessDamaged(label, () -> catalog.find(label));
            if (committed.isEmpty()) {
                continue;
            }
            if (committed.get().isPresent()) {
                if (committed.get().get().base().equals(base.map(BackupRecord::label))) {
                    break;
                }
                continue;
            }
            looked++;
            Optional<Adoption> found =
                    unlessDamaged(label, () -> adoption(label, base, seed)).flatMap(adoption -> adoption);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static boolean isOfChain(BackupLabel label, Optional<BackupRecord> base) {
        return base.map(record -> label.type() != BackupType.FULL
                        && label.chain().equals(record.label().chain()))
                .orElse(label.type() == BackupType.FULL);
    }

    private Optional<Adoption> adoption(BackupLabel label, Optional<BackupRecord> base, Optional<Long> seed) {
        Optional<BeginRecord> begun = records.mayLeanOn(label) ? records.begun(label) : Optional.empty();
        Optional<BeginRecord.Origin> origin = begun.flatMap(BeginRecord::origin)
                .filter(known -> known.server().equals(server))
                .filter(known -> seed.isEmpty() || seed.get() == known.seed());
        if (origin.isEmpty() || !begun.get().chain().equals(chain(base))) {
            return Optional.empty();
        }
        AdoptedPages own = durable.of(label);
        if (own.pages().isEmpty()) {
            return Optional.empty();
        }
        List<AdoptedSet> sets = new ArrayList<>();
        for (AdoptedPages below : begun.get().adopted()) {
            if (!records.mayLeanOn(below.label()) || !durable.areWhole(below)) {
                return Optional.empty();
            }
            records.started(below.label()).ifPresent(start -> sets.add(new AdoptedSet(below, start)));
        }
        records.started(label).ifPresent(start -> sets.add(new AdoptedSet(own, start)));
        boolean complete = sets.size() == begun.get().adopted().size() + 1;
        return complete ? Optional.of(new Adoption(origin.get().seed(), sets)) : Optional.empty();
    }

    private static List<BackupLabel> chain(Optional<BackupRecord> base) {
        List<BackupLabel> chain = new ArrayList<>();
        base.ifPresent(record -> {
            chain.addAll(record.references());
            chain.add(record.label());
        });
        return chain;
    }

    /** What cannot be read is not built upon; a store that fails is no damage. */
    private static <T> Optional<T> unlessDamaged(BackupLabel label, java.util.function.Supplier<T> look) {
        try {
            return Optional.of(look.get());
        } catch (RepositoryException e) {
            if (e.code() != ErrorCode.REPOSITORY_DAMAGED && e.code() != ErrorCode.FORMAT_UNSUPPORTED) {
                throw e;
            }
            LOG.info("the interrupted attempt {} cannot be resumed: {}", label, e.getMessage());
            return Optional.empty();
        }
    }
}
