package io.pgbackup.sftp;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Short ways to make a storage and to use it. */
final class Objects {
    static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);

    private Objects() {}

    static Storage open(String location, Sftp settings) throws StorageException {
        return new SftpStorageProvider().open(StorageLocation.parse(location), settings, StorageContext.system());
    }

    static void put(Storage storage, String key, String content) throws StorageException {
        put(storage, key, content.getBytes(StandardCharsets.UTF_8));
    }

    static void put(Storage storage, String key, byte[] content) throws StorageException {
        storage.create(ObjectKey.of(key), Payload.of(content), BUNDLE);
    }

    static String get(Storage storage, String key) throws StorageException, IOException {
        try (InputStream stream = storage.read(ObjectKey.of(key), ByteRange.all())) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Writes an object and reads it: proof that the login and the account are good for everything. */
    static String roundTrip(String location, Sftp settings) throws StorageException, IOException {
        try (Storage storage = open(location, settings)) {
            put(storage, "probe/" + System.nanoTime(), "stored");
            String key = storage.list(io.pgbackup.storage.ObjectPrefix.of("probe"))
                    .objects()
                    .get(0)
                    .key()
                    .toString();
            return get(storage, key);
        }
    }
}
