package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Repository;
import io.pgbackup.catalog.CheckReport.Item;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.repository.OpenRepository;
import io.pgbackup.core.repository.keys.RepositoryOpener;
import io.pgbackup.core.storage.ForwardingStorage;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.testkit.FaultyStorage;
import io.pgbackup.storage.testkit.MemoryStorage;
import io.pgbackup.storage.testkit.Verb;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AppendOnlyProbeTest {
    private static final ObjectKey PROBE = ObjectKey.of("main/check/probe");

    private final MemoryStorage store = new MemoryStorage();

    private Item probe(String scheme, UnaryOperator<Storage> decoration) {
        Repository described = Repository.at("memory:probe").unencrypted().build();
        RepositoryOpener opener = new RepositoryOpener(InstantSource.system());
        opener.create(described, store.anotherClient());
        OpenRepository repository = opener.open(described, decoration.apply(store.anotherClient()));
        repository.createRecord(PROBE, HeaderKind.JOB, new byte[10]);
        return new AppendOnlyProbe(repository, PROBE, scheme).run("repository x");
    }

    private static Storage withoutDelete(Storage storage) {
        FaultyStorage faulty = FaultyStorage.around(storage);
        faulty.on(Verb.DELETE_KEY).always().denied();
        return faulty;
    }

    @Test
    void anIdentityThatCanDeleteIsAFactAndNoFailure() {
        Item item = probe("s3", storage -> storage);
        assertThat(item.passed()).isTrue();
        assertThat(item.subject()).isEqualTo("repository x: append-only");
        assertThat(item.message()).startsWith("no").contains("delete");
        assertThat(store.keys()).doesNotContain(PROBE);
    }

    @Test
    void anIdentityThatCannotDeletePasses() {
        Item item = probe("s3", AppendOnlyProbeTest::withoutDelete);
        assertThat(item.passed()).isTrue();
        assertThat(item.message()).startsWith("yes");
        assertThat(store.keys()).contains(PROBE);
    }

    @Test
    void aDirectoryPromisesNothing() {
        assertThat(probe("file", AppendOnlyProbeTest::withoutDelete).message()).startsWith("not promised");
        assertThat(probe("sftp", storage -> storage).message()).startsWith("not promised");
    }

    /** A store that takes every create for a new one. */
    private static final class Forgetful extends ForwardingStorage {
        Forgetful(Storage delegate) {
            super(delegate);
        }

        @Override
        public void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
            super.delete(List.of(key));
            super.create(key, payload, attributes);
        }
    }

    @Test
    void aStoreThatOverwritesFails() {
        Item item = probe("s3", Forgetful::new);
        assertThat(item.passed()).isFalse();
        assertThat(item.remedy()).isNotBlank();
    }
}
