package io.pgbackup.core.engine.copy;

import io.pgbackup.BackupLabel;
import io.pgbackup.catalog.BackupOrigin;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The repository that is read from. For one thread. */
final class Source {
    private final Operation operation;
    private final OpenRepository repository;
    private final ClusterLayout layout;
    private final Catalog catalog;

    Source(Operation operation, OpenRepository repository, ClusterLayout layout) {
        this.operation = operation;
        this.repository = repository;
        this.layout = layout;
        this.catalog = new Catalog(repository, layout);
    }

    /** The sets that can be read, in order of time. */
    List<BackupRecord> all() {
        return catalog.readable((label, failure) ->
                operation.warn(label.toString(), "its record is damaged, it is not copied: " + failure.getMessage()));
    }

    BackupRecord wanted(Optional<BackupLabel> label) {
        if (label.isPresent()) {
            return catalog.require(label.get());
        }
        List<BackupRecord> all = all();
        if (all.isEmpty()) {
            throw new RepositoryException(
                    ErrorCode.BACKUP_NOT_FOUND,
                    "there is no backup of cluster " + layout.root() + " in repository " + repository.name(),
                    "info lists the backups there are");
        }
        return all.get(all.size() - 1);
    }

    BackupRecord require(BackupLabel label) {
        return catalog.require(label);
    }

    /** A set and every set that it builds upon, newest first. */
    List<BackupRecord> chain(BackupRecord record) {
        List<BackupRecord> chain = new ArrayList<>(List.of(record));
        for (BackupRecord upper = record; upper.base().isPresent(); ) {
            upper = require(upper.base().get());
            chain.add(upper);
        }
        return chain;
    }

    /** Everything that a set is made of, oldest first, the set itself last. */
    static List<BackupLabel> needed(BackupRecord record) {
        List<BackupLabel> needed = new ArrayList<>(record.references());
        needed.add(record.label());
        return needed;
    }

    SetContents contents(BackupRecord record) {
        return SetContents.of(repository, layout, record);
    }

    BackupOrigin contentOf(BackupRecord record) {
        return HeldSets.contentOf(repository, layout, record);
    }

    boolean isSameAs(OpenRepository other) {
        return repository.id().equals(other.id());
    }

    /** Reads a set; if what it needs was removed meanwhile, the failure says so. */
    <T> T reading(BackupRecord record, Supplier<T> body) {
        try {
            return body.get();
        } catch (RepositoryException e) {
            if (e.code() == ErrorCode.OBJECT_MISSING || e.code() == ErrorCode.BACKUP_NOT_FOUND) {
                requireUnchosen(record, e);
            }
            throw e;
        }
    }

    private void requireUnchosen(BackupRecord record, RepositoryException failure) {
        for (BackupLabel label : needed(record)) {
            if (repository.stat(layout.retirement(label)).isPresent()) {
                throw new RepositoryException(
                        ErrorCode.BACKUP_NOT_FOUND,
                        "backup " + label + " was removed from repository " + repository.name()
                                + " by expire while it was being copied",
                        "copy a backup that retention keeps",
                        failure);
            }
        }
    }
}
