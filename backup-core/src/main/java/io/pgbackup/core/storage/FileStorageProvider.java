package io.pgbackup.core.storage;

import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

/** Repositories in a directory: {@code file:///absolute/path}. There are no settings. */
public final class FileStorageProvider implements StorageProvider {
    private static final String SCHEME = "file";

    /** For {@link java.util.ServiceLoader}. */
    public FileStorageProvider() {}

    @Override
    public String scheme() {
        return SCHEME;
    }

    @Override
    public Storage open(StorageLocation location, ProviderConfig config, StorageContext context)
            throws StorageException {
        URI uri = location.uri();
        if (uri.isOpaque()) {
            throw refused(location, "the path must be absolute, as in file:///srv/backup");
        }
        if (uri.getRawAuthority() != null) {
            throw refused(location, "a host is not understood; a path begins after three slashes");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw refused(location, "parameters and fragments are not understood");
        }
        try {
            // As ASCII: the bytes of the path are then UTF-8 whatever the encoding of this process.
            return new LocalDirectoryStorage(Path.of(URI.create(uri.toASCIIString())));
        } catch (IllegalArgumentException e) {
            throw new StorageFaultException("cannot use the location " + location + ": " + e.getMessage(), e);
        }
    }

    private static StorageFaultException refused(StorageLocation location, String why) {
        return new StorageFaultException("cannot use the location " + location + ": " + why);
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
