package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pgbackup.s3.testkit.RadosGateway;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageContext;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageLocation;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/** A bucket with versions of a real server, read as it was before somebody deleted and overwrote behind the library's back. */
class PastStorageTest {
    private static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);
    private static final List<String> KEYS =
            List.of("format", "billing/record", "billing/data/one", "billing/data/two", "billing/odd a+b%2Fä");

    private static RadosGateway gateway;
    private static RadosGateway.User owner;
    private static S3Client client;

    private final String bucket = "past-" + UUID.randomUUID();

    @BeforeAll
    static void start() throws Exception {
        gateway = RadosGateway.start();
        owner = gateway.user("owner");
        client = gateway.client(owner);
    }

    @AfterAll
    static void end() throws Exception {
        if (gateway != null) {
            client.close();
            gateway.close();
        }
    }

    @BeforeEach
    void fill() throws Exception {
        client.createBucket(request -> request.bucket(bucket));
        try (Storage storage = open(Buckets.settings(gateway, owner))) {
            for (String key : KEYS) {
                storage.create(ObjectKey.of(key), content(key), BUNDLE);
            }
        }
    }

    private static Payload content(String key) {
        return Payload.of(("content of " + key).getBytes(StandardCharsets.UTF_8));
    }

    private void keepVersions() {
        client.putBucketVersioning(request -> request.bucket(bucket)
                .versioningConfiguration(versions -> versions.status(BucketVersioningStatus.ENABLED)));
    }

    private Storage open(S3 settings) throws StorageException {
        return Buckets.open("s3://" + bucket + "/path", settings);
    }

    private Storage past(Instant time) throws StorageException {
        return open(Buckets.settings(gateway, owner).asOf(time));
    }

    private static String read(Storage storage, String key, ByteRange range) throws Exception {
        try (InputStream stream = storage.read(ObjectKey.of(key), range)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void deleteEverything() {
        KEYS.forEach(
                key -> client.deleteObject(request -> request.bucket(bucket).key("path/" + key)));
    }

    private void put(String key, String text) {
        client.putObject(request -> request.bucket(bucket).key("path/" + key), RequestBody.fromString(text));
    }

    /** The first whole second of which nothing has happened yet. */
    private static Instant nextSecond() {
        Instant next = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        await().until(() -> Instant.now().isAfter(next));
        return next;
    }

    private void assertAsItWas(Storage past) throws Exception {
        for (String key : KEYS) {
            String content = "content of " + key;
            assertThat(read(past, key, ByteRange.all())).isEqualTo(content);
            assertThat(read(past, key, ByteRange.of(3, 4))).isEqualTo(content.substring(3, 7));
            assertThat(read(past, key, ByteRange.of(3, 0))).isEmpty();
            assertThat(past.stat(ObjectKey.of(key)).orElseThrow().size())
                    .isEqualTo(content.getBytes(StandardCharsets.UTF_8).length);
        }
        assertThat(names(past.list(ObjectPrefix.root()))).containsExactly("format", "billing/");
        assertThat(names(past.list(ObjectPrefix.of("billing"))))
                .containsExactly("billing/odd a+b%2Fä", "billing/record", "billing/data/");
        assertThat(names(past.list(ObjectPrefix.of("billing/data"))))
                .containsExactly("billing/data/one", "billing/data/two");
    }

    private static List<String> names(Listing listing) {
        List<String> names = new ArrayList<>();
        listing.objects().stream().map(ObjectInfo::key).map(ObjectKey::toString).forEach(names::add);
        listing.prefixes().forEach(prefix -> names.add(prefix + "/"));
        return names;
    }

    @Test
    void whatWasDeletedAndOverwrittenIsReadAsItWas() throws Exception {
        keepVersions();
        Instant before = Instant.now();
        deleteEverything();
        put("billing/record", "an impostor");
        nextSecond();
        put("later/object", "not yet there");
        Instant after = nextSecond();

        try (Storage past = past(before);
                Storage present = open(Buckets.settings(gateway, owner));
                Storage recent = past(after)) {
            assertAsItWas(past);
            assertThat(past.stat(ObjectKey.of("later/object"))).isEmpty();
            assertThatThrownBy(() -> past.read(ObjectKey.of("later/object"), ByteRange.all()))
                    .isInstanceOf(ObjectNotFoundException.class)
                    .hasMessageContaining(before.toString());
            for (Storage now : List.of(present, recent)) {
                assertThat(names(now.list(ObjectPrefix.root()))).containsExactly("billing/", "later/");
                assertThat(names(now.list(ObjectPrefix.of("billing")))).containsExactly("billing/record");
                assertThat(read(now, "billing/record", ByteRange.all())).isEqualTo("an impostor");
                assertThat(now.stat(ObjectKey.of("format"))).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void versionsGoOverManyPages(int pageSize) throws Exception {
        keepVersions();
        Instant before = nextSecond();
        for (int round = 0; round < 3; round++) {
            put("format", "impostor " + round);
            put("billing/data/one", "impostor " + round);
            deleteEverything();
        }
        S3 settings = Buckets.settings(gateway, owner);
        S3Location location = S3Location.parse(StorageLocation.parse("s3://" + bucket + "/path"));

        try (Storage past = new PastStorage(
                location.place(), S3Store.of(location, settings), StorageContext.system(), before, pageSize)) {
            assertAsItWas(past);
        }
    }

    @Test
    void thePastCannotBeChanged() throws Exception {
        keepVersions();
        try (Storage past = past(Instant.now())) {
            assertThatThrownBy(() -> past.create(ObjectKey.of("new"), content("new"), BUNDLE))
                    .isInstanceOf(StorageDeniedException.class)
                    .hasMessageContaining("cannot create new")
                    .hasMessageContaining("the past cannot be changed");
            assertThatThrownBy(() -> past.delete(List.of(ObjectKey.of("format"))))
                    .isInstanceOf(StorageDeniedException.class)
                    .hasMessageContaining("the past cannot be changed");
        }
        assertThat(client.listObjectVersions(request -> request.bucket(bucket)).deleteMarkers())
                .isEmpty();
    }

    /** It would show what is left, as if nothing else had been there. */
    @Test
    void aBucketThatNeverKeptVersionsIsRefused() throws Exception {
        try (Storage past = past(Instant.now())) {
            assertThatThrownBy(() -> past.list(ObjectPrefix.root()))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("keeps no versions");
            assertThatThrownBy(() -> past.stat(ObjectKey.of("format"))).isInstanceOf(StorageFaultException.class);
        }
    }

    @Test
    void theFutureIsNotKnown() {
        Instant tomorrow = Instant.now().plus(Duration.ofDays(1));

        assertThatThrownBy(() -> past(tomorrow))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("lies in the future");
    }

    @Test
    void theTimeIsASettingToo() throws Exception {
        Instant time = Instant.parse("2026-11-20T08:15:00Z");

        S3 settings = S3Settings.read(Map.of("as-of", "2026-11-20T08:15:00Z"), Buckets::secret);

        assertThat(settings.past()).contains(time);
        assertThat(settings.toString()).contains("as of " + time);
        assertThatThrownBy(() -> S3Settings.read(Map.of("as-of", "yesterday"), Buckets::secret))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2026-11-20T08:15:00Z");
    }
}
