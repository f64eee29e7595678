package io.pgbackup.azure;

import io.pgbackup.storage.Expirable;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Repositories in Azure Blob Storage: {@code azure://account/container/path}, or {@code azure:} before the URL of the container. Settings are
 * {@link AzureBlob}, and must say how to authenticate.
 */
public final class AzureStorageProvider implements StorageProvider {

    /** For {@link java.util.ServiceLoader}. */
    public AzureStorageProvider() {}

    @Override
    public String scheme() {
        return AzureBlob.SCHEME;
    }

    @Override
    public Storage open(StorageLocation location, ProviderConfig config, StorageContext context)
            throws StorageException {
        if (!(config instanceof AzureBlob settings)) {
            throw new StorageFaultException("cannot use the location " + location
                    + " without a way of authenticating: give the repository settings made by AzureBlob, for example"
                    + " AzureBlob.identity(AzureIdentity.managed())");
        }
        AzureLocation parsed = AzureLocation.parse(location);
        return new AzureStorage(parsed, new Connection(parsed, settings, context.clock()), settings.uploads());
    }

    /** Takes what {@code az storage account management-policy create --policy} takes; there is one policy for the account, so add its rules to others. */
    @Override
    public Optional<String> lifecycleRule(StorageLocation location, List<Expirable> expirables, int previousVersionDays)
            throws StorageException {
        return Optional.of(AzureLifecycle.document(AzureLocation.parse(location), expirables, previousVersionDays));
    }

    @Override
    public ProviderConfig configure(Map<String, String> properties, SecretResolver secrets) {
        return new TextSettings(properties, secrets).read();
    }
}
