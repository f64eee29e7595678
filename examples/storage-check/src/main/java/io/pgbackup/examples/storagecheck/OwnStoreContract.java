package io.pgbackup.examples.storagecheck;

import io.pgbackup.Repository;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageProvider;
import io.pgbackup.storage.testkit.StorageContract;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** The contract against the store that {@link StorageCheck} was told of. Every claim works below a prefix of its own, and removes it. */
public final class OwnStoreContract extends StorageContract {
    /** Directories cannot lie below files. */
    private static final Set<String> TREES = Set.of("file", "sftp");

    private static final AtomicReference<Repository> STORE = new AtomicReference<>();
    private static final AtomicBoolean LOCKS = new AtomicBoolean();

    /** For JUnit. */
    public OwnStoreContract() {}

    static void use(Repository repository, boolean locks) {
        STORE.set(repository);
        LOCKS.set(locks);
    }

    private static Repository store() {
        return Objects.requireNonNull(STORE.get(), "no store was chosen");
    }

    @Override
    protected Storage open() throws Exception {
        String scheme = store().location().scheme();
        StorageProvider provider = ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(one -> one.scheme().equals(scheme))
                .findFirst()
                .orElseThrow();
        return provider.open(store().location(), store().config(), StorageContext.system());
    }

    @Override
    protected boolean allowsObjectsBelowObjects() {
        return !TREES.contains(store().location().scheme());
    }

    /** A store that cannot lock must refuse to; {@code -Dlocks=true} for one that is set up to lock. */
    @Override
    protected boolean honoursLocks() {
        return LOCKS.get();
    }

    /** Two pages of the vendors' own size; five thousand cost money and time. */
    @Override
    protected int listingSize() {
        return Integer.getInteger("listing", 1_200);
    }
}
