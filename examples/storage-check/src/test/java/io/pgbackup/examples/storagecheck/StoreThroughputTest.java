package io.pgbackup.examples.storagecheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Repository;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageProvider;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints how fast objects as large as bundles go into each store on this machine and come back, beside a local directory; what the servers of the tests can do is the bound. */
@Tag("long")
class StoreThroughputTest {
    private static final int WORKERS = 4;
    private static final int OBJECTS = 24;
    private static final int SIZE = 16 << 20;

    private final byte[] content = new byte[SIZE];

    @Test
    void ofEachStore(@TempDir Path directory) throws Exception {
        new Random(1).nextBytes(content);
        try (Stores stores = new Stores(directory)) {
            for (String scheme : List.of("s3", "azure", "gs")) {
                try (Storage storage = stores.open(scheme, stores.server(scheme))) {
                    measure(scheme, storage);
                }
            }
        }
        try (Storage storage = local(directory.resolve("local"))) {
            measure("file", storage);
        }
    }

    private static Storage local(Path place) throws Exception {
        Repository repository = Repository.from(Map.of("location", place.toUri().toString(), "unencrypted", "true"));
        StorageProvider provider = ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(one -> one.scheme().equals("file"))
                .findFirst()
                .orElseThrow();
        return provider.open(repository.location(), repository.config(), StorageContext.system());
    }

    private void measure(String store, Storage storage) throws Exception {
        // What happens once (connections, tokens, classes) is not counted.
        create(storage, ObjectKey.of("throughput/first"));
        assertThat(read(storage, ObjectKey.of("throughput/first"))).isEqualTo(SIZE);
        double created = seconds(number -> create(storage, key(number)));
        double read = seconds(number -> read(storage, key(number)));
        System.out.printf(
                Locale.ROOT,
                "%-6s %d objects of 16 MiB by %d workers: created %.0f MB/s, read %.0f MB/s%n",
                store,
                OBJECTS,
                WORKERS,
                OBJECTS * (SIZE / 1e6) / created,
                OBJECTS * (SIZE / 1e6) / read);
    }

    private static ObjectKey key(int number) {
        return ObjectKey.of("throughput/" + number);
    }

    private long create(Storage storage, ObjectKey key) throws Exception {
        storage.create(key, Payload.of(content, 0, SIZE), ObjectAttributes.of(ObjectKind.BUNDLE));
        return SIZE;
    }

    private static long read(Storage storage, ObjectKey key) throws Exception {
        try (InputStream in = storage.read(key, ByteRange.all())) {
            return in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** What is done with one of the objects; returns how many bytes it had. */
    private interface Work {
        long run(int number) throws Exception;
    }

    private static double seconds(Work work) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        try {
            List<Callable<Long>> all = new ArrayList<>();
            for (int index = 0; index < OBJECTS; index++) {
                int number = index;
                all.add(() -> work.run(number));
            }
            long begin = System.nanoTime();
            for (Future<Long> done : workers.invokeAll(all)) {
                assertThat(done.get()).isEqualTo(SIZE);
            }
            return (System.nanoTime() - begin) / 1e9;
        } finally {
            workers.shutdown();
        }
    }
}
