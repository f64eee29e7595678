package io.pgbackup.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What a provider tells {@link StorageContract} about itself, and what the claims have in common. Every test works below a prefix of its
 * own and removes it afterwards, so that a shared and not empty store will do.
 */
public abstract class ContractFixture {
    /** Plain attributes of a bundle. */
    static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);

    private final List<Storage> clients = new ArrayList<>();
    private ObjectPrefix place;
    private Storage storage;

    /**
     * Makes a client. All clients made during one test must see the same store. The contract closes them.
     *
     * @return a new client
     * @throws Exception if that fails, and the test with it
     */
    protected abstract Storage open() throws Exception;

    /**
     * Whether an object can lie below another: {@code a} beside {@code a/b}. File systems cannot do that; they must refuse with a fault.
     *
     * @return true unless overridden
     */
    protected boolean allowsObjectsBelowObjects() {
        return true;
    }

    /**
     * Whether anything is claimed of an object below another. A server that only stands in for a store of the other sort may break down over it.
     *
     * @return true unless overridden
     */
    protected boolean speaksForObjectsBelowObjects() {
        return true;
    }

    /**
     * Whether the store as it is set up for the test honours locks and legal holds. One that does not must refuse such objects.
     *
     * @return false unless overridden
     */
    protected boolean honoursLocks() {
        return false;
    }

    /**
     * How many objects the long listing has: more than several pages of the store's protocol.
     *
     * @return 5000 unless overridden
     */
    protected int listingSize() {
        return 5_000;
    }

    /**
     * Size of the large object: more than a part, block or packet of the store's protocol.
     *
     * @return 9 MiB and one byte unless overridden
     */
    protected int largeObjectBytes() {
        return 9 * 1024 * 1024 + 1;
    }

    /**
     * What no message may ever hold: the secrets that the clients were made with.
     *
     * @return empty unless overridden
     */
    protected Set<String> secrets() {
        return Set.of();
    }

    /** Called after each test, when all clients are closed: the place to check that nothing was left open. */
    protected void verifyNothingOpen() {}

    @BeforeEach
    void openStorage() throws Exception {
        place = ObjectPrefix.of("contract/" + UUID.randomUUID());
        storage = anotherClient();
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        // A test may have interrupted its own thread.
        Thread.interrupted();
        Storage cleaner = anotherClient();
        removeAll(cleaner, place);
        clients.forEach(Storage::close);
        clients.clear();
        verifyNothingOpen();
    }

    private static void removeAll(Storage cleaner, ObjectPrefix prefix) throws StorageException {
        Listing listing = cleaner.list(prefix);
        for (ObjectPrefix deeper : listing.prefixes()) {
            removeAll(cleaner, deeper);
        }
        DeleteReport report =
                cleaner.delete(listing.objects().stream().map(ObjectInfo::key).toList());
        assertThat(report.failures()).isEmpty();
    }

    final Storage storage() {
        return storage;
    }

    final Storage anotherClient() throws Exception {
        Storage client = open();
        clients.add(client);
        return client;
    }

    final ObjectPrefix place() {
        return place;
    }

    final ObjectKey key(String relative) {
        return place.key(relative);
    }

    final ObjectKey put(String relative, byte[] bytes) throws StorageException {
        storage.create(key(relative), Payload.of(bytes), BUNDLE);
        return key(relative);
    }

    final ObjectKey put(String relative) throws StorageException {
        return put(relative, new byte[] {42});
    }

    final byte[] get(ObjectKey key) throws StorageException, IOException {
        return get(key, ByteRange.all());
    }

    final byte[] get(ObjectKey key, ByteRange range) throws StorageException, IOException {
        try (InputStream stream = storage.read(key, range)) {
            return stream.readAllBytes();
        }
    }

    final List<String> namesIn(ObjectPrefix prefix) throws StorageException {
        return storage.list(prefix).objects().stream()
                .map(info -> info.key().name())
                .toList();
    }

    final List<String> prefixesIn(ObjectPrefix prefix) throws StorageException {
        return storage.list(prefix).prefixes().stream().map(ObjectPrefix::name).toList();
    }

    /** No verb may see the object. */
    final void assertInvisible(ObjectKey key) throws StorageException {
        assertThat(storage.stat(key)).isEmpty();
        assertThat(storage.list(key.parent()).objects())
                .extracting(ObjectInfo::key)
                .doesNotContain(key);
        assertFails(ObjectNotFoundException.class, key, () -> get(key));
    }

    /** The call must fail in this way, name the key, and keep the secrets. */
    final <E extends StorageException> E assertFails(Class<E> type, ObjectKey key, Call call) {
        E failure = catchThrowableOfType(type, call::run);
        assertThat(failure).as("failure of type %s", type.getSimpleName()).isNotNull();
        assertThat(failure.getMessage()).contains(key.toString());
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        secrets().forEach(secret -> assertThat(trace.toString()).doesNotContain(secret));
        return failure;
    }

    /** Something that may fail. */
    @FunctionalInterface
    interface Call {
        void run() throws Exception;
    }

    static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
