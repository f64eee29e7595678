package io.pgbackup.core.engine.backup;

import io.pgbackup.Compression;
import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.core.repository.ClusterLayout;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.testkit.MemoryStorage;
import java.time.InstantSource;
import java.util.function.UnaryOperator;

/** A repository in memory, around whose storage a test puts what it likes. */
final class Place {
    final Repository repository;
    /** What a backup goes through; reading back and setting up do not. */
    UnaryOperator<Storage> faults = UnaryOperator.identity();

    private final MemoryStorage storage = new MemoryStorage(InstantSource.system());
    private final RepositoryOpener opener = new RepositoryOpener(InstantSource.system());

    private Place(Repository repository) {
        this.repository = repository;
        opener.create(repository, storage.anotherClient());
        try (OpenRepository open = open()) {
            new IdentityRecords(open, ClusterLayout.of(LaneHarness.CLUSTER)).claim(FakeSource.IDENTITY);
        }
    }

    static Place plain(String name) {
        return new Place(
                Repository.at("memory:" + name).unencrypted().named(name).build());
    }

    static Place encrypted(String name, Compression compression) {
        return new Place(Repository.at("memory:" + name)
                .encryptedWith(EncryptionKey.fromKey(SecretSource.value(
                        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".toCharArray())))
                .compression(compression)
                .named(name)
                .build());
    }

    OpenRepository open() {
        return opener.open(repository, storage.anotherClient());
    }

    OpenRepository openFaulty(UnaryOperator<Storage> wrapping) {
        return opener.open(repository, wrapping.apply(faults.apply(storage.anotherClient())));
    }
}
