package io.pgbackup.core.storage;

import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;

/**
 * Repositories in the memory of this process: {@code memory:NAME}. Every location with the same name is the same store, as long as the
 * process lives, so that an application can test its backups without a disk or a network. A name consists of letters, digits,
 * {@code -}, {@code _} and {@code .}; a random one keeps tests apart. What was created stays until it is deleted. There are no settings.
 */
public final class MemoryStorageProvider implements StorageProvider {
    private static final String SCHEME = "memory";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,200}");
    // The one piece of state that belongs to the process: a name must mean the same store to two callers.
    private static final ConcurrentMap<String, HeapStorage.Objects> STORES = new ConcurrentHashMap<>();

    /** For {@link java.util.ServiceLoader}. */
    public MemoryStorageProvider() {}

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public Storage open(StorageLocation location, ProviderConfig config, StorageContext context)
            throws StorageException {
        String name = location.uri().getRawSchemeSpecificPart();
        if (location.uri().getRawFragment() != null || !NAME.matcher(name).matches()) {
            throw new StorageFaultException("cannot use the location " + location
                    + ": write memory:NAME, with letters, digits, '-', '_' and '.' in the name");
        }
        HeapStorage.Objects objects = STORES.computeIfAbsent(name, absent -> new HeapStorage.Objects());
        return new HeapStorage(name, objects, context.clock());
    }

    @Override
    public ProviderConfig configure(Map<String, String> properties, SecretResolver secrets) {
        if (!properties.isEmpty()) {
            throw new IllegalArgumentException("the provider for '" + SCHEME + "' has no settings; unknown: "
                    + String.join(", ", properties.keySet()));
        }
        return ProviderConfig.none();
    }
}
