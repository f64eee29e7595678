package io.pgbackup.core.engine;

import io.pgbackup.core.storage.FileStorageProvider;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.FreeSpace;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import io.pgbackup.storage.testkit.FaultyStorage;
import java.io.InputStream;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** {@code faulty:///path}: a directory around which a test puts what it likes, chosen by {@link Faults}. */
public final class FaultyStorageProvider implements StorageProvider {
    /** For {@link java.util.ServiceLoader}. */
    public FaultyStorageProvider() {}

    /** The settings: how a test wraps the storage at each opening. */
    record Faults(Function<Storage, Storage> wrapping) implements ProviderConfig {
        /** With planned faults; they live as long as the settings. */
        static Faults planned(FaultPlan plan) {
            return new Faults(storage -> {
                FaultyStorage faulty = FaultyStorage.around(storage);
                plan.on(faulty);
                return faulty;
            });
        }

        /** A store that says how much room it has. */
        static Faults withFreeBytes(long bytes) {
            return new Faults(storage -> new Roomy(storage, bytes));
        }

        @Override
        public String scheme() {
            return "faulty";
        }
    }

    /** Plans the faults of one opened storage. */
    @FunctionalInterface
    interface FaultPlan {
        void on(FaultyStorage storage);
    }

    private record Roomy(Storage delegate, long bytes) implements Storage, FreeSpace {
        @Override
        public OptionalLong usableBytes() {
            return OptionalLong.of(bytes);
        }

        @Override
        public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
            delegate.create(key, payload, attributes);
        }

        @Override
        public InputStream read(ObjectKey key, ByteRange range) throws StorageException {
            return delegate.read(key, range);
        }

        @Override
        public Optional<ObjectInfo> stat(ObjectKey key) throws StorageException {
            return delegate.stat(key);
        }

        @Override
        public Listing list(ObjectPrefix prefix) throws StorageException {
            return delegate.list(prefix);
        }

        @Override
        public DeleteReport delete(Collection<ObjectKey> keys) throws StorageException {
            return delegate.delete(keys);
        }

        @Override
        public void close() {
            delegate.close();
        }
    }

    @Override
    public String scheme() {
        return "faulty";
    }

    @Override
    public Storage open(StorageLocation location, ProviderConfig config, StorageContext context)
            throws StorageException {
        StorageLocation place = StorageLocation.parse("file://" + location.uri().getPath());
        Storage storage = new FileStorageProvider().open(place, ProviderConfig.none(), context);
        return config instanceof Faults faults ? faults.wrapping().apply(storage) : storage;
    }

    @Override
    public ProviderConfig configure(Map<String, String> properties, SecretResolver secrets) {
        return ProviderConfig.none();
    }
}
