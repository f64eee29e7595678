package io.pgbackup.gcs;

import io.pgbackup.storage.Expirable;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Repositories in Google Cloud Storage: {@code gs://bucket} or {@code gs://bucket/path}. Settings are {@link Gcs}. */
public final class GcsStorageProvider implements StorageProvider {
    static final String SCHEME = "gs";

    /** For {@link java.util.ServiceLoader}. */
    public GcsStorageProvider() {}

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public Storage open(StorageLocation location, ProviderConfig config, StorageContext context)
            throws StorageException {
        GcsLocation place = GcsLocation.parse(location);
        if (config instanceof Gcs gcs) {
            Optional<Instant> past = gcs.past();
            if (past.filter(time -> time.isAfter(context.clock().instant())).isPresent()) {
                throw new StorageFaultException(
                        "cannot open " + location + ": asOf(" + past.get() + ") lies in the future");
            }
            return past.isPresent()
                    ? new PastStorage(place, gcs, context.clock(), past.get())
                    : new GcsStorage(place, gcs, context.clock());
        }
        if (config == ProviderConfig.none()) {
            return new GcsStorage(place, Gcs.applicationDefault(), context.clock());
        }
        throw new StorageFaultException("cannot open " + location + ": its settings are of "
                + config.getClass().getName() + ", not of Gcs");
    }

    /** Takes what {@code gcloud storage buckets update --lifecycle-file} takes. */
    @Override
    public Optional<String> lifecycleRule(StorageLocation location, List<Expirable> expirables, int previousVersionDays)
            throws StorageException {
        return Optional.of(GcsLifecycle.document(GcsLocation.parse(location), expirables, previousVersionDays));
    }

    @Override
    public ProviderConfig configure(Map<String, String> properties, SecretResolver secrets) {
        return new GcsProperties(properties, secrets).read();
    }
}
