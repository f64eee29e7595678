package io.pgbackup.core.engine;

import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tries to destroy an object as this identity may: to overwrite it, to cut it off by a shorter one, to delete it. That it can delete is no defect, only a fact; that
 * it can overwrite is one. For one call.
 */
final class AppendOnlyProbe {
    private static final Set<String> NEVER_PROMISED = Set.of("file", "sftp", "memory");

    private final OpenRepository repository;
    private final ObjectKey probe;
    private final String scheme;

    AppendOnlyProbe(OpenRepository repository, ObjectKey probe, String scheme) {
        this.repository = repository;
        this.probe = probe;
        this.scheme = scheme;
    }

    /** Tries it on an object that exists; the object is gone afterwards if it can be deleted. */
    Item run(String subject) {
        Optional<byte[]> before = repository.readObject(probe);
        boolean overwritten = repository.createRecord(probe, HeaderKind.JOB, new byte[64]);
        boolean cut = repository.createRecord(probe, HeaderKind.JOB, new byte[0]);
        boolean same = before.isPresent()
                && repository
                        .readObject(probe)
                        .filter(after -> Arrays.equals(after, before.get()))
                        .isPresent();
        boolean deleted = delete();
        boolean sound = !overwritten && !cut && same;
        return new Item(
                subject + ": append-only",
                sound,
                sound ? describe(deleted) : "no: the store let an object be overwritten",
                sound ? "" : "the store does not keep its promises: use another");
    }

    private boolean delete() {
        try {
            repository.delete(List.of(probe));
            return repository.stat(probe).isEmpty();
        } catch (RepositoryException e) {
            if (e.code() == ErrorCode.STORAGE_DENIED) {
                return false;
            }
            throw e;
        }
    }

    private String describe(boolean deleted) {
        if (NEVER_PROMISED.contains(scheme)) {
            return "not promised by this store" + (deleted ? "" : ", although deleting was refused");
        }
        return deleted
                ? "no: this identity can delete"
                : "yes, as far as can be tried: overwriting, cutting off and deleting were refused; whether a request without a condition could"
                        + " overwrite is up to the policy of the store";
    }
}
