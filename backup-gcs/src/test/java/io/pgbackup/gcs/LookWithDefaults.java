package io.pgbackup.gcs;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import java.net.URI;

/** Looks at one object with the credentials of its environment; a process of its own. */
final class LookWithDefaults {
    private LookWithDefaults() {}

    public static void main(String[] arguments) {
        try {
            boolean present = new GcsStorageProvider()
                    .open(
                            StorageLocation.parse(arguments[0]),
                            Gcs.applicationDefault().plainHttpEndpoint(URI.create(arguments[1])),
                            StorageContext.system())
                    .stat(ObjectKey.of("seen"))
                    .isPresent();
            System.out.println(present ? "present" : "missing");
        } catch (StorageException e) {
            System.out.println(e);
        }
    }
}
