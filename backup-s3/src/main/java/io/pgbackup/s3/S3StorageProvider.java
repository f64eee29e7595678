package io.pgbackup.s3;

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

/** Repositories in S3 and compatible stores: {@code s3://bucket/path}, with the settings of {@link S3}. */
public final class S3StorageProvider implements StorageProvider {
    /** For {@link java.util.ServiceLoader}. */
    public S3StorageProvider() {}

    @Override
    public String scheme() {
        return S3.SCHEME;
    }

    /** Without settings, credentials come from Amazon's default chain: {@link S3#ambient()}. */
    @Override
    public Storage open(StorageLocation location, ProviderConfig config, StorageContext context)
            throws StorageException {
        S3 settings = config instanceof S3 own ? own : S3.ambient();
        if (!(config instanceof S3) && config != ProviderConfig.none()) {
            throw new StorageFaultException("cannot use the location " + location + ": its settings are a "
                    + config.getClass().getName() + ", not made by " + S3.class.getName());
        }
        try {
            S3Location parsed = S3Location.parse(location);
            S3Store store = S3Store.of(parsed, settings);
            return settings.past().isPresent()
                    ? PastStorage.of(
                            parsed.place(), store, context, settings.past().get())
                    : S3Storage.of(parsed.place(), store, context);
        } catch (IllegalArgumentException e) {
            throw new StorageFaultException("cannot use the location " + location + ": " + e.getMessage(), e);
        }
    }

    /** Takes what {@code aws s3api put-bucket-lifecycle-configuration --lifecycle-configuration} takes. */
    @Override
    public Optional<String> lifecycleRule(StorageLocation location, List<Expirable> expirables, int previousVersionDays)
            throws StorageException {
        try {
            return Optional.of(
                    S3Lifecycle.document(S3Location.parse(location).place(), expirables, previousVersionDays));
        } catch (IllegalArgumentException e) {
            throw new StorageFaultException("cannot use the location " + location + ": " + e.getMessage(), e);
        }
    }

    @Override
    public ProviderConfig configure(Map<String, String> properties, SecretResolver secrets) {
        return S3Settings.read(properties, secrets);
    }
}
