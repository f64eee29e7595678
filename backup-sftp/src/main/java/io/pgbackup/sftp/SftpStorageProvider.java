package io.pgbackup.sftp;

import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.SecretResolver;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import io.pgbackup.storage.StorageProvider;
import java.util.Map;

/** Repositories on an SFTP server: {@code sftp://user@host:port/path}, with the settings of {@link Sftp}. */
public final class SftpStorageProvider implements StorageProvider {
    /** For {@link java.util.ServiceLoader}. */
    public SftpStorageProvider() {}

    @Override
    public String scheme() {
        return Sftp.SCHEME;
    }

    @Override
    public Storage open(StorageLocation location, ProviderConfig config, StorageContext context)
            throws StorageException {
        SftpAddress address = SftpAddress.of(location);
        if (!(config instanceof Sftp settings)) {
            throw new StorageFaultException("the location " + location
                    + " needs settings made by io.pgbackup.sftp.Sftp: how to log in, at least");
        }
        SftpAddress complete = address.withUser(settings.user());
        if (complete.user().isEmpty()) {
            throw new StorageFaultException(
                    "the location " + location + " names no user; write sftp://user@host/path or Sftp...user(name)");
        }
        return new SftpStorage(
                complete, new Connections(complete, settings), new Publishing(settings.isRenameAllowed()));
    }

    @Override
    public ProviderConfig configure(Map<String, String> properties, SecretResolver secrets) {
        return new SftpProperties(properties, secrets).settings();
    }
}
