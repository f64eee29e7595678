package io.pgbackup.core.engine;

import io.pgbackup.Repository;
import io.pgbackup.core.engine.wal.RepositoryAccess;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.KeyUnlocking;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.storage.RetryListener;
import io.pgbackup.core.storage.RetryPolicy;
import io.pgbackup.core.storage.RetryTiming;
import io.pgbackup.core.storage.RetryingKeyWrapper;
import io.pgbackup.core.storage.RetryingStorage;
import io.pgbackup.core.storage.StorageErrors;
import io.pgbackup.core.storage.StorageRegistry;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageProvider;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The repositories of a {@link io.pgbackup.PgBackup}: opened anew for each operation, so that secrets are asked for each time. */
final class Repositories implements RepositoryAccess {
    private static final int IMPATIENT_ATTEMPTS = 3;

    private final List<Repository> configured;
    private final InstantSource clock;
    private final RepositoryOpener opener;
    private final KeyCalls keyCalls = new KeyCalls();

    Repositories(List<Repository> configured, InstantSource clock) {
        this.configured = configured;
        this.clock = clock;
        this.opener = new RepositoryOpener(
                clock,
                key -> keyCalls.noting(new RetryingKeyWrapper(key, RetryPolicy.standard(), RetryTiming.system())));
    }

    List<Repository> all() {
        return configured;
    }

    /** Opens one that exists; the caller closes it. */
    @Override
    public OpenRepository open(Repository repository) {
        return open(repository, UnaryOperator.identity());
    }

    @Override
    public boolean asksForKeys(Thread thread) {
        return keyCalls.isAsking(thread);
    }

    /** Opens one that exists, with something around its storage; the caller closes it. */
    OpenRepository open(Repository repository, UnaryOperator<Storage> wrapping) {
        requireConfigured(repository);
        return opener.open(repository, wrapping.apply(storage(repository)));
    }

    /** Makes one unless it exists; returns whether something was made. */
    boolean create(Repository repository) {
        requireConfigured(repository);
        try (Storage storage = storage(repository)) {
            return opener.create(repository, storage);
        }
    }

    /** Lets somebody look at the keys of an encrypted one. */
    <T> T withKeys(Repository repository, Function<KeyUnlocking, T> body) {
        requireConfigured(repository);
        try (Storage storage = storage(repository)) {
            return body.apply(opener.keys(repository, storage));
        }
    }

    /** Whose store one is in. */
    StorageProvider provider(Repository repository) {
        requireConfigured(repository);
        return StorageRegistry.discover().provider(repository.location());
    }

    /** The store of one, for somebody who wants to know now whether it answers; the caller closes it. */
    Storage impatient(Repository repository) {
        requireConfigured(repository);
        return storage(repository, RetryPolicy.standard().withAttempts(IMPATIENT_ATTEMPTS));
    }

    private Storage storage(Repository repository) {
        return storage(repository, RetryPolicy.standard());
    }

    private Storage storage(Repository repository, RetryPolicy policy) {
        try {
            Storage storage = StorageRegistry.discover()
                    .open(repository.location(), repository.config(), new StorageContext(clock));
            return new RetryingStorage(storage, policy, RetryTiming.system(), RetryListener.none());
        } catch (StorageException e) {
            throw StorageErrors.translate(e, ObjectPrefix.root(), repository.name());
        }
    }

    private void requireConfigured(Repository repository) {
        if (!configured.contains(repository)) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    repository + " is not one of the repositories this PgBackup was made with",
                    "add it with repository() when building");
        }
    }
}
