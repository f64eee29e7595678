package io.pgbackup.storage;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes {@link Storage} for one URI scheme. Found through {@link java.util.ServiceLoader}; two providers for one scheme are an error.
 * Implementations are stateless and safe for use by many threads.
 */
public interface StorageProvider {
    /**
     * The scheme this provider serves.
     *
     * @return lower-case letters, digits, {@code +}, {@code -} and {@code .}, for example {@code s3}
     */
    String scheme();

    /**
     * Makes a storage. Touches no network: the first verb does.
     *
     * @param location where; every part of it that the provider does not use is an error
     * @param config settings made by this provider's own class, or {@link ProviderConfig#none()}
     * @param context what the engine lends
     * @return a new storage; the caller closes it
     * @throws StorageException if location or settings are wrong
     */
    Storage open(StorageLocation location, ProviderConfig config, StorageContext context) throws StorageException;

    /**
     * Says in the words of the store what it may remove by itself, for whoever sets it up.
     *
     * @param location where the repository is
     * @param expirables what may go, and when
     * @param previousVersionDays after so many days it may also remove versions that were deleted or replaced, at least 1
     * @return a document that the store's own tools take; empty if the store removes nothing by itself
     * @throws StorageException if the location is wrong
     */
    default Optional<String> lifecycleRule(
            StorageLocation location, List<Expirable> expirables, int previousVersionDays) throws StorageException {
        return Optional.empty();
    }

    /**
     * Reads settings from text, for applications configured by properties.
     *
     * @param properties documented keys; an unknown key is an error that names the nearest known one
     * @param secrets resolves the names of secrets found in the values
     * @return the settings
     * @throws IllegalArgumentException if a key or value is not understood
     */
    ProviderConfig configure(Map<String, String> properties, SecretResolver secrets);
}
