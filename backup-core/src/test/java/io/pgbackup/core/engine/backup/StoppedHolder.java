package io.pgbackup.core.engine.backup;

import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.backup.MemorySite.Party;
import io.pgbackup.core.engine.backup.base.Begun;
import io.pgbackup.core.storage.FileStorageProvider;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.storage.ProviderConfig;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageLocation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** A process that begins a backup in a directory, says so, waits for a line, finishes, and says how it ended. */
final class StoppedHolder {
    private StoppedHolder() {}

    static Storage directory(Path place) {
        try {
            return new FileStorageProvider()
                    .open(
                            StorageLocation.parse("file://" + place),
                            ProviderConfig.none(),
                            new StorageContext(InstantSource.system()));
        } catch (StorageException e) {
            throw new IllegalStateException(e);
        }
    }

    public static void main(String[] arguments) throws IOException {
        try (MemorySite site = new MemorySite()) {
            Party party = site.party(ignored -> directory(Path.of(arguments[0])));
            Operation operation = party.operation();
            Begun begun = party.begin(operation);
            System.out.println("begun");
            int line = System.in.read();
            try {
                System.out.println(line + " committed " + party.finish(begun, operation));
            } catch (PgBackupException e) {
                System.out.println(e.code());
            }
        }
    }
}
