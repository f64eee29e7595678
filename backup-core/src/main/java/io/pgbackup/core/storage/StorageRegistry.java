package io.pgbackup.core.storage;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The storage providers there are, found by the scheme of a location. Immutable. */
public final class StorageRegistry {
    private static final Map<String, String> KNOWN_ARTIFACTS = Map.of(
            "s3", "backup-s3",
            "azure", "backup-azure",
            "gs", "backup-gcs",
            "sftp", "backup-sftp",
            "file", "backup-core",
            "memory", "backup-core");

    private final List<StorageProvider> providers;

    private StorageRegistry(Collection<? extends StorageProvider> providers) {
        this.providers = List.copyOf(providers);
    }

    /**
     * A registry of given providers.
     *
     * @param providers any number of them
     * @return the registry
     */
    public static StorageRegistry of(Collection<? extends StorageProvider> providers) {
        return new StorageRegistry(providers);
    }

    /**
     * A registry of the providers on the class path: those the current thread's context class loader sees, and those that see this class.
     *
     * @return the registry
     * @throws ConfigurationException if a provider is registered but cannot be made
     */
    public static StorageRegistry discover() {
        return new StorageRegistry(Providers.find(StorageProvider.class, "a storage provider"));
    }

    /**
     * The schemes that can be opened.
     *
     * @return sorted
     */
    public SortedSet<String> schemes() {
        SortedSet<String> schemes = new TreeSet<>();
        providers.forEach(provider -> schemes.add(provider.scheme()));
        return schemes;
    }

    /**
     * The provider for a location.
     *
     * @param location whose scheme decides
     * @return the only provider of that scheme
     * @throws ConfigurationException if there is none, naming the artifact to add, or more than one
     */
    public StorageProvider provider(StorageLocation location) {
        String scheme = location.scheme();
        List<StorageProvider> matching = providers.stream()
                .filter(provider -> provider.scheme().equals(scheme))
                .toList();
        if (matching.isEmpty()) {
            throw missing(scheme);
        }
        if (matching.size() > 1) {
            List<String> classes = matching.stream()
                    .map(provider -> provider.getClass().getName())
                    .sorted()
                    .toList();
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "more than one storage provider serves the scheme '" + scheme + "': " + String.join(", ", classes),
                    "Keep one of them on the class path.");
        }
        return matching.get(0);
    }

    /**
     * Opens a storage, without retries. Touches no network.
     *
     * @param location where
     * @param config settings of the provider of that scheme, or {@link ProviderConfig#none()}
     * @param context what the engine lends
     * @return a new storage; the caller closes it
     * @throws ConfigurationException if there is no such provider or the settings belong to another one
     * @throws StorageException if the provider refuses location or settings
     */
    public Storage open(StorageLocation location, ProviderConfig config, StorageContext context)
            throws StorageException {
        StorageProvider provider = provider(location);
        if (config != ProviderConfig.none() && !config.scheme().equals(provider.scheme())) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "the repository at " + location + " was given settings for the scheme '" + config.scheme() + "'",
                    "Use the settings class of the provider for '" + provider.scheme() + "'.");
        }
        return provider.open(location, config, context);
    }

    private ConfigurationException missing(String scheme) {
        String hint = Optional.ofNullable(KNOWN_ARTIFACTS.get(scheme))
                .map(artifact -> "Add the artifact io.pgbackup:" + artifact + " to the class path.")
                .orElse("Check the spelling of the scheme, or add the module that provides it.");
        return new ConfigurationException(
                ErrorCode.UNKNOWN_SCHEME,
                "no storage provider serves the scheme '" + scheme + "'; found: "
                        + (providers.isEmpty() ? "none" : String.join(", ", schemes())),
                hint);
    }
}
