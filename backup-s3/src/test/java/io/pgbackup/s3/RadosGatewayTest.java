package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.s3.testkit.LifecycleDocument;
import io.pgbackup.s3.testkit.RadosGateway;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.Expirable;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageLocation;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.sts.StsClient;

/** What only a real server shows: locks, versions, policies, quotas, roles, and how it refuses. */
class RadosGatewayTest {
    private static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);
    private static final ObjectKey KEY = ObjectKey.of("billing/object");
    private static final byte[] BYTES = {1, 2, 3};
    private static final String LOCKED = "locked";

    private static RadosGateway gateway;
    private static RadosGateway.User owner;
    private static S3Client client;

    /** A prefix of its own for each test. */
    private final String place = UUID.randomUUID().toString();

    @BeforeAll
    static void start() throws Exception {
        gateway = RadosGateway.start();
        owner = gateway.user("owner");
        client = gateway.client(owner);
        client.createBucket(request -> request.bucket(Buckets.NAME));
        client.createBucket(request -> request.bucket(LOCKED).objectLockEnabledForBucket(true));
    }

    @AfterAll
    static void end() throws Exception {
        if (gateway != null) {
            client.close();
            gateway.close();
        }
    }

    private Storage open(S3 settings) throws StorageException {
        return Buckets.open("s3://backups/" + place, settings);
    }

    private static S3 settings() {
        return Buckets.settings(gateway, owner);
    }

    private static S3 settings(String accessKey, String secretKey) {
        return S3.accessKey(accessKey, Buckets.secret(secretKey))
                .endpoint(gateway.endpoint())
                .allowPlainHttp();
    }

    private static void create(Storage storage) throws StorageException {
        storage.create(KEY, Payload.of(BYTES), BUNDLE);
    }

    private static byte[] read(Storage storage) throws Exception {
        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            return stream.readAllBytes();
        }
    }

    /** This server honours conditions in plain buckets only, and would keep one version after the other of what must never change. */
    @Test
    void aBucketInWhichTheServerOverwritesSilentlyIsFoundAtTheFirstObject() throws Exception {
        try (Storage storage = Buckets.open("s3://locked/" + place, settings())) {
            assertThatThrownBy(() -> create(storage))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("overwrites objects silently");
        }
    }

    @Test
    void oneOfSixtyFourWritersWins() throws Exception {
        int writers = 64;
        CyclicBarrier barrier = new CyclicBarrier(writers);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try (Storage storage = open(settings())) {
            Callable<Boolean> writer = () -> {
                barrier.await();
                try {
                    create(storage);
                    return true;
                } catch (ObjectExistsException e) {
                    return false;
                }
            };
            List<Future<Boolean>> running = new ArrayList<>();
            for (int number = 0; number < writers; number++) {
                running.add(threads.submit(writer));
            }
            int winners = 0;
            for (Future<Boolean> one : running) {
                winners += one.get() ? 1 : 0;
            }

            assertThat(winners).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theServerEnforcesTheLockThatAnObjectWasCreatedWith() throws Exception {
        Instant until = Instant.now().plus(Duration.ofDays(1)).truncatedTo(ChronoUnit.SECONDS);
        ObjectAttributes locked = BUNDLE.withLock(
                        new ObjectAttributes.Lock(until, ObjectAttributes.LockMode.COMPLIANCE))
                .withLegalHold();
        try (Storage storage = openLocked()) {
            storage.create(KEY, Payload.of(BYTES), locked);

            HeadObjectResponse head =
                    client.headObject(request -> request.bucket(LOCKED).key(place + "/" + KEY));
            assertThat(head.objectLockMode()).isEqualTo(ObjectLockMode.COMPLIANCE);
            assertThat(head.objectLockRetainUntilDate()).isEqualTo(until);
            assertThat(head.objectLockLegalHoldStatus()).isEqualTo(ObjectLockLegalHoldStatus.ON);
            assertThatThrownBy(() -> client.deleteObject(request ->
                            request.bucket(LOCKED).key(place + "/" + KEY).versionId(head.versionId())))
                    .isInstanceOf(S3Exception.class)
                    .hasMessageContaining("403");
        }
    }

    @Test
    void aLockIsRefusedBeforeAnythingIsSentWhereTheBucketHasNone() throws Exception {
        ObjectAttributes locked = BUNDLE.withLock(new ObjectAttributes.Lock(
                Instant.now().plus(Duration.ofDays(1)), ObjectAttributes.LockMode.GOVERNANCE));
        try (Storage storage = open(settings())) {
            assertThatThrownBy(() -> storage.create(KEY, Payload.of(BYTES), locked))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("cannot lock objects");
            assertThat(storage.stat(KEY)).isEmpty();
        }
    }

    /** Hidden behind a marker: deleting names no version, so it needs no permission to delete one, and a lock does not stand in its way. */
    @Test
    void aDeletedObjectOfAVersionedBucketIsGoneAndItsVersionRemains() throws Exception {
        try (Storage storage = openLocked()) {
            create(storage);

            assertThat(storage.delete(List.of(KEY)).failures()).isEmpty();

            assertThat(storage.stat(KEY)).isEmpty();
            assertThat(storage.list(ObjectPrefix.of("billing")).objects()).isEmpty();
            assertThat(client.listObjectVersions(
                                    request -> request.bucket(LOCKED).prefix(place))
                            .versions())
                    .hasSize(1);
            create(storage);
            assertThat(storage.list(ObjectPrefix.of("billing")).objects())
                    .extracting(ObjectInfo::key)
                    .containsExactly(KEY);
        }
    }

    private Storage openLocked() throws StorageException {
        S3Storage storage = (S3Storage) Buckets.open("s3://locked/" + place, settings());
        storage.waiveConditions();
        return storage;
    }

    @Test
    void theLifecycleRuleIsTakenAndSaidBack() throws Exception {
        String bucket = "rules-" + place;
        client.createBucket(request -> request.bucket(bucket));
        String document = new S3StorageProvider()
                .lifecycleRule(
                        StorageLocation.parse("s3://" + bucket + "/path"),
                        List.of(
                                new Expirable(ObjectPrefix.of("billing/data"), 51),
                                new Expirable(ObjectPrefix.of("billing/check"), 1)),
                        30)
                .orElseThrow();

        List<LifecycleRule> sent = LifecycleDocument.put(client, bucket, document);

        List<LifecycleRule> kept = client.getBucketLifecycleConfiguration(request -> request.bucket(bucket))
                .rules();
        assertThat(sent).hasSize(3);
        assertThat(kept).extracting(LifecycleRule::id).containsExactlyInAnyOrderElementsOf(ids(sent));
        for (LifecycleRule rule : sent) {
            LifecycleRule back = kept.stream()
                    .filter(one -> one.id().equals(rule.id()))
                    .findFirst()
                    .orElseThrow();
            assertThat(back.status()).isEqualTo(rule.status());
            assertThat(back.filter().prefix()).isEqualTo(rule.filter().prefix());
            assertThat(back.expiration().days()).isEqualTo(rule.expiration().days());
            assertThat(back.expiration().expiredObjectDeleteMarker())
                    .isEqualTo(rule.expiration().expiredObjectDeleteMarker());
            assertThat(back.noncurrentVersionExpiration()).isEqualTo(rule.noncurrentVersionExpiration());
        }
    }

    private static List<String> ids(List<LifecycleRule> rules) {
        return rules.stream().map(LifecycleRule::id).toList();
    }

    @Test
    void trailersThatTheServerRefusesAreExplained() throws Exception {
        try (Storage storage = open(settings().checksums(S3Checksums.WHEN_SUPPORTED))) {
            assertThatThrownBy(() -> create(storage))
                    .isInstanceOf(StorageFaultException.class)
                    .hasMessageContaining("XAmzContentSHA256Mismatch")
                    .hasMessageContaining("AWS_REQUEST_CHECKSUM_CALCULATION=when_required");
        }
    }

    @Test
    void wrongAndUnknownKeysAreDenied() throws Exception {
        try (Storage wrong = open(settings(owner.accessKey(), "wrong"));
                Storage unknown = open(settings("unknown", "wrong"));
                Storage none = open(S3.anonymous().endpoint(gateway.endpoint()).allowPlainHttp())) {
            for (Storage storage : List.of(wrong, unknown, none)) {
                StorageDeniedException failure =
                        catchThrowableOfType(StorageDeniedException.class, () -> create(storage));
                assertThat(failure).hasMessageContaining(KEY.toString()).hasMessageContaining("request id");
                assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageDeniedException.class);
                assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageDeniedException.class);
            }
        }
    }

    @Test
    void aMissingBucketIsNoMissingObject() throws Exception {
        try (Storage storage = Buckets.open("s3://absent-bucket/path", settings())) {
            for (Callable<?> call : List.<Callable<?>>of(
                    () -> storage.stat(KEY),
                    () -> storage.read(KEY, ByteRange.all()),
                    () -> storage.list(ObjectPrefix.root()))) {
                assertThatThrownBy(call::call)
                        .isInstanceOf(StorageFaultException.class)
                        .hasMessageContaining("NoSuchBucket");
            }
        }
    }

    @Test
    void aFullQuotaIsNoDenial() throws Exception {
        RadosGateway.User small = gateway.user("small");
        // What proves the condition is an object too.
        gateway.limitObjects("small", 2);
        try (S3Client own = gateway.client(small)) {
            own.createBucket(request -> request.bucket("small"));
        }
        try (Storage storage = Buckets.open("s3://small/path", Buckets.settings(gateway, small))) {
            create(storage);

            assertThatThrownBy(() -> storage.create(ObjectKey.of("another"), Payload.of(BYTES), BUNDLE))
                    .isInstanceOf(StorageFullException.class)
                    .hasMessageContaining("QuotaExceeded");
        }
    }

    @Test
    void anIdentityThatMayNotDeleteWritesAndReadsAndReportsEachKey() throws Exception {
        String bucket = "nodelete-" + place;
        client.createBucket(request -> request.bucket(bucket));
        client.putBucketPolicy(request -> request.bucket(bucket)
                .policy("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\","
                        + "\"Action\":[\"s3:DeleteObject\",\"s3:DeleteObjectVersion\"],\"Resource\":[\"arn:aws:s3:::"
                        + bucket + "/*\"]}]}"));
        try (Storage storage = Buckets.open("s3://" + bucket, settings())) {
            create(storage);
            assertThat(read(storage)).isEqualTo(BYTES);

            DeleteReport report = storage.delete(List.of(KEY, ObjectKey.of("other")));

            assertThat(report.failures().get(KEY)).isInstanceOf(StorageDeniedException.class);
            assertThat(storage.stat(KEY)).isPresent();
        }
    }

    /** The server's own token service made this key: the session token is checked, not ignored. */
    @Test
    void aTemporaryKeyNeedsItsToken() throws Exception {
        software.amazon.awssdk.services.sts.model.Credentials session = assumeRole();
        S3 temporary = S3.temporaryKey(
                        Buckets.secret(session.accessKeyId()),
                        Buckets.secret(session.secretAccessKey()),
                        Buckets.secret(session.sessionToken()))
                .endpoint(gateway.endpoint())
                .allowPlainHttp();
        try (Storage storage = open(temporary);
                Storage without = open(settings(session.accessKeyId(), session.secretAccessKey()))) {
            create(storage);

            assertThat(read(storage)).isEqualTo(BYTES);
            assertThatThrownBy(() -> read(without)).isInstanceOf(StorageDeniedException.class);
        }
    }

    @Test
    void aRoleIsAssumedOnTheServersOwnTokenService() throws Exception {
        String role = role();
        try (Storage storage = open(settings().assumingRole(role).stsEndpoint(gateway.endpoint()))) {
            create(storage);

            assertThat(read(storage)).isEqualTo(BYTES);
        }
    }

    private software.amazon.awssdk.services.sts.model.Credentials assumeRole() throws Exception {
        String role = role();
        try (StsClient sts = Buckets.tokenService(gateway.endpoint(), owner)) {
            return sts.assumeRole(request -> request.roleArn(role).roleSessionName("test"))
                    .credentials();
        }
    }

    private String role() throws Exception {
        String name = "role-" + place;
        gateway.role(name, "owner");
        return "arn:aws:iam:::role/" + name;
    }
}
