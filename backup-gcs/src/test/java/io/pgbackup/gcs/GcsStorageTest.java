package io.pgbackup.gcs;

import static io.pgbackup.gcs.testkit.Request.Operation.BATCH;
import static io.pgbackup.gcs.testkit.Request.Operation.INSERT;
import static io.pgbackup.gcs.testkit.Request.Operation.LIST;
import static io.pgbackup.gcs.testkit.Request.Operation.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.SecretSource;
import io.pgbackup.gcs.testkit.Request;
import io.pgbackup.gcs.testkit.StoredObject;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectAttributes.LockMode;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageFaultException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the provider asks of the store, beyond the contract. */
class GcsStorageTest extends ServerTest {
    private StoredObject stored() {
        return Optional.ofNullable(server.objects(BUCKET).get("repository/" + KEY))
                .orElseThrow();
    }

    @Test
    void oneConditionalRequestCreatesAnObject() throws Exception {
        put(storage(), KEY);

        assertThat(server.requests()).hasSize(1);
        assertThat(server.requests(INSERT).get(0).query()).containsEntry("ifGenerationMatch", "0");
        assertThat(stored().bytes()).isEqualTo(BYTES);
    }

    @Test
    void oneOfSixtyFourWritersWins() throws Exception {
        Storage storage = storage();
        CyclicBarrier start = new CyclicBarrier(64);
        ExecutorService threads = Executors.newFixedThreadPool(64);
        try {
            List<Callable<Boolean>> writers = IntStream.range(0, 64)
                    .<Callable<Boolean>>mapToObj(number -> () -> {
                        start.await();
                        try {
                            storage.create(
                                    KEY, Payload.of(("writer " + number).getBytes(StandardCharsets.UTF_8)), BUNDLE);
                            return true;
                        } catch (ObjectExistsException e) {
                            return false;
                        }
                    })
                    .toList();
            int won = 0;
            for (Future<Boolean> writer : threads.invokeAll(writers)) {
                won += writer.get() ? 1 : 0;
            }
            assertThat(won).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gs://" + BUCKET, "gs://" + BUCKET + "/"})
    void theRootOfABucketIsAPath(String location) throws Exception {
        Storage root = at(location, settings());
        put(root, KEY);

        assertThat(server.objects(BUCKET)).containsOnlyKeys(KEY.toString());
        assertThat(root.list(ObjectPrefix.root()).prefixes()).containsExactly(ObjectPrefix.of("billing"));
        assertThat(get(root, ByteRange.all())).isEqualTo(BYTES);
    }

    @Test
    void aNameOfTheGreatestLengthWorksWithEveryVerb() throws Exception {
        Storage root = at("gs://" + BUCKET, settings());
        ObjectKey longest = ObjectKey.of("ä".repeat(512));
        put(root, longest);

        assertThat(root.stat(longest)).isPresent();
        assertThat(root.list(ObjectPrefix.root()).objects())
                .extracting(ObjectInfo::key)
                .containsExactly(longest);
        assertThat(root.read(longest, ByteRange.all()).readAllBytes()).isEqualTo(BYTES);
        assertThat(root.delete(List.of(longest)).failures()).isEmpty();
        assertThat(server.objects(BUCKET)).isEmpty();
    }

    @Test
    void aLongerNameIsRefusedByEveryVerbBeforeItIsSent() throws Exception {
        Storage root = at("gs://" + BUCKET, settings());
        ObjectKey tooLong = ObjectKey.of("ä".repeat(512) + "x");

        failure(StorageFaultException.class, () -> put(root, tooLong));
        failure(StorageFaultException.class, () -> root.stat(tooLong));
        failure(StorageFaultException.class, () -> root.read(tooLong, ByteRange.all()));
        assertThat(root.delete(List.of(tooLong)).failures()).containsOnlyKeys(tooLong);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void whatNoKeyCanBeIsNotListed() throws Exception {
        Storage root = at("gs://" + BUCKET, settings());
        put(root, ObjectKey.of("repository/billing/x"));
        // Consoles keep a folder by an empty object with its name and a slash.
        server.putForeign(BUCKET, "repository/billing/");
        server.putForeign(BUCKET, "repository/billing//odd");

        assertThat(storage().list(ObjectPrefix.of("billing")).objects()).hasSize(1);
        assertThat(storage().list(ObjectPrefix.of("billing")).prefixes()).isEmpty();
    }

    @Test
    void aListingOfManyPagesIsComplete() throws Exception {
        Storage storage = storage();
        for (int number = 0; number < 1_001; number++) {
            put(storage, ObjectKey.of("many/" + number));
        }

        assertThat(storage.list(ObjectPrefix.of("many")).objects()).hasSize(1_001);
        assertThat(server.requests(LIST)).hasSize(2);
    }

    @Test
    void aHundredKeysAreDeletedWithOneRequest() throws Exception {
        Storage storage = storage();
        List<ObjectKey> keys = IntStream.range(0, 101)
                .mapToObj(number -> ObjectKey.of("many/" + number))
                .toList();

        assertThat(storage.delete(keys).failures()).isEmpty();

        assertThat(server.requests(BATCH)).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void eachKindHasItsStorageClass(ObjectKind kind) throws Exception {
        Storage storage = storage(
                settings().storageClass(ObjectKind.BUNDLE, "COLDLINE").storageClass(ObjectKind.WAL, "NEARLINE"));
        storage.create(KEY, Payload.of(BYTES), ObjectAttributes.of(kind));

        String expected = switch (kind) {
            case BUNDLE -> "COLDLINE";
            case WAL -> "NEARLINE";
            default -> "STANDARD";
        };
        assertThat(stored().metadata().get("storageClass").getAsString()).isEqualTo(expected);
    }

    @Test
    void aStorageClassThatTheStoreDoesNotKnowIsAFault() throws Exception {
        Storage storage = storage(settings().storageClass(ObjectKind.BUNDLE, "LUKEWARM"));

        failure(StorageFaultException.class, () -> put(storage, KEY));
    }

    @Test
    void tagsBecomeMetadata() throws Exception {
        storage().create(KEY, Payload.of(BYTES), BUNDLE.withTags(Map.of("cluster", "billing")));

        assertThat(stored().metadata()
                        .getAsJsonObject("metadata")
                        .get("cluster")
                        .getAsString())
                .isEqualTo("billing");
    }

    @Test
    void aKeyInCloudKmsIsNamed() throws Exception {
        String key = "projects/acme/locations/europe/keyRings/backup/cryptoKeys/repository";
        put(storage(settings().kmsKey(key)), KEY);

        assertThat(stored().kmsKey()).contains(key);
    }

    @Test
    void aCustomersKeyGoesAlongWithWritesAndReadsOnly() throws Exception {
        byte[] key = new byte[32];
        new java.security.SecureRandom().nextBytes(key);
        Storage storage = storage(settings().customerKey(() -> io.pgbackup.Secret.of(key)));
        put(storage, KEY);

        assertThat(get(storage, ByteRange.all())).isEqualTo(BYTES);
        assertThat(get(storage, ByteRange.of(4, 5))).hasSize(5);
        assertThat(storage.stat(KEY)).isPresent();
        assertThat(storage.list(ObjectPrefix.of("billing")).objects()).hasSize(1);
        assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();
        for (Request request : server.requests()) {
            boolean needed = request.operation() == INSERT || request.operation() == READ;
            assertThat(request.header("x-goog-encryption-key").isPresent())
                    .as(request.operation().name())
                    .isEqualTo(needed);
        }
    }

    @Test
    void withoutTheRightCustomersKeyReadingIsDenied() throws Exception {
        String secret = "k".repeat(32);
        put(storage(settings().customerKey(Tokens.source(secret))), KEY);

        failure(StorageDeniedException.class, () -> get(storage(), ByteRange.all()));
        Storage wrong = storage(settings().customerKey(Tokens.source("w".repeat(32))));
        failure(StorageDeniedException.class, () -> get(wrong, ByteRange.all()));
        Storage shorter = storage(settings().customerKey(Tokens.source("w".repeat(31))));
        failure(StorageDeniedException.class, () -> get(shorter, ByteRange.all()));
        Storage none = storage(settings().customerKey(SecretSource.environment("PGBACKUP_TEST_UNSET")));
        failure(StorageDeniedException.class, () -> put(none, ObjectKey.of("other")));
    }

    @ParameterizedTest
    @EnumSource
    void aLockedObjectCannotBeDeletedBeforeItsTime(LockMode mode) throws Exception {
        Storage storage = storage();
        Instant until = clock.instant().plus(Duration.ofDays(7)).plusNanos(1);
        storage.create(KEY, Payload.of(BYTES), BUNDLE.withLock(new ObjectAttributes.Lock(until, mode)));
        ObjectKey free = ObjectKey.of("free");
        put(storage, free);

        Map<ObjectKey, ?> failures = storage.delete(List.of(KEY, free)).failures();

        assertThat(failures).containsOnlyKeys(KEY);
        assertThat(failures.get(KEY)).isInstanceOf(StorageDeniedException.class);
        assertThat(stored().metadata().getAsJsonObject("retention").get("mode").getAsString())
                .isEqualTo(mode == LockMode.COMPLIANCE ? "Locked" : "Unlocked");
        clock.pass(Duration.ofDays(7).plusMillis(1));
        assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();
    }

    @Test
    void aLegalHoldIsATemporaryHoldOrAnEventBasedOne() throws Exception {
        storage().create(KEY, Payload.of(BYTES), BUNDLE.withLegalHold());
        assertThat(stored().metadata().get("temporaryHold").getAsBoolean()).isTrue();
        assertThat(storage().delete(List.of(KEY)).failures().get(KEY)).isInstanceOf(StorageDeniedException.class);

        ObjectKey other = ObjectKey.of("other");
        storage(settings().eventBasedHolds()).create(other, Payload.of(BYTES), BUNDLE.withLegalHold());
        assertThat(storage().delete(List.of(other)).failures().get(other))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("Event-Based");
    }

    @Test
    void aBucketWithoutRetentionRefusesALock() throws Exception {
        server.withBucketWithoutRetention("plain-bucket");
        Storage plain = at("gs://plain-bucket", settings());
        ObjectAttributes.Lock lock = new ObjectAttributes.Lock(clock.instant().plusSeconds(60), LockMode.GOVERNANCE);

        failure(StorageFaultException.class, () -> plain.create(KEY, Payload.of(BYTES), BUNDLE.withLock(lock)));

        assertThat(plain.stat(KEY)).isEmpty();
    }

    @Test
    void anObjectWhoseLockTheStoreForgetsIsNotKept() throws Exception {
        server.withBucketThatIgnoresLocks("careless-bucket");
        ObjectAttributes.Lock lock = new ObjectAttributes.Lock(clock.instant().plusSeconds(60), LockMode.GOVERNANCE);
        for (ObjectAttributes locked : List.of(BUNDLE.withLock(lock), BUNDLE.withLegalHold())) {
            for (Gcs settings : List.of(settings(), settings().eventBasedHolds())) {
                Storage careless = at("gs://careless-bucket", settings);
                assertThat(failure(StorageFaultException.class, () -> careless.create(KEY, Payload.of(BYTES), locked)))
                        .hasMessageContaining("ignored the lock")
                        .hasMessageContaining(KEY.toString());
                assertThat(careless.stat(KEY)).isEmpty();
            }
        }
    }

    @Test
    void theProjectThatPaysIsNamed() throws Exception {
        put(storage(settings().userProject("acme-billing")), KEY);

        assertThat(server.requests(INSERT).get(0).header("x-goog-user-project")).contains("acme-billing");
    }

    @Test
    void connectionsServeManyRequests() throws Exception {
        Storage storage = storage();
        List<byte[]> read = new ArrayList<>();
        put(storage, KEY);
        for (int round = 0; round < 200; round++) {
            read.add(get(storage, ByteRange.all()));
        }

        assertThat(read).allMatch(bytes -> bytes.length == BYTES.length);
        assertThat(server.connections()).isLessThan(20);
    }

    @Test
    void whatTheLocationHoldsBesidesBucketAndPathIsRefused() {
        for (String location : List.of(
                "gs:bucket",
                "gs:///path",
                "gs://Bucket",
                "gs://b",
                "gs://user@bucket",
                "gs://bucket:80",
                "gs://bucket/a//b",
                "gs://bucket/../b",
                "gs://bucket/a?region=x",
                "gs://bucket#x")) {
            assertThatThrownBy(() -> at(location, settings()))
                    .as(location)
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining(location);
        }
    }
}
