package io.pgbackup.gcs;

import static io.pgbackup.gcs.testkit.Request.Operation.BATCH;
import static io.pgbackup.gcs.testkit.Request.Operation.INSERT;
import static io.pgbackup.gcs.testkit.Request.Operation.LIST;
import static io.pgbackup.gcs.testkit.Request.Operation.READ;
import static io.pgbackup.gcs.testkit.Request.Operation.STAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.gcs.testkit.GcsServer;
import io.pgbackup.gcs.testkit.Misbehaviour;
import io.pgbackup.gcs.testkit.Reply;
import io.pgbackup.gcs.testkit.Request;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores, gateways and networks that do not do what they should. */
class MisbehaviourTest extends ServerTest {
    private static final Reply HTML = Reply.text(200, "<html>Welcome to our network</html>");

    private static final Map<String, String> OF_AN_OBJECT = Map.of("x-goog-generation", "7");

    private static Misbehaviour answer(Reply reply) {
        return new Misbehaviour.Answer(reply);
    }

    private static Reply json(String body) {
        return new Reply(200, Map.of("Content-Type", "application/json"), body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 429, 500, 502, 503, 504})
    void anOverloadedStoreIsAskedOnceAndItsWishIsPassedOn(int status) throws Exception {
        server.plan(INSERT, answer(Reply.error(status, "backendError", "busy").with("Retry-After", "17")));

        StorageException failure = failure(StorageUnavailableException.class, () -> put(storage(), KEY));

        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(17));
        assertThat(server.requests(INSERT)).isEmpty();
        assertThat(server.objects(BUCKET)).isEmpty();
        assertThat(failure)
                .hasMessageContaining(KEY.toString())
                .hasMessageContaining("gs://" + BUCKET)
                .hasMessageContaining("(request upload-");
    }

    @Test
    void theWishMayBeADate() throws Exception {
        server.plan(STAT, answer(Reply.text(503, "later").with("Retry-After", "Sat, 28 Nov 2026 06:01:30 GMT")));

        StorageException failure =
                failure(StorageUnavailableException.class, () -> storage().stat(KEY));

        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(90));
    }

    @ParameterizedTest
    @CsvSource({
        "403, rateLimitExceeded, StorageUnavailableException",
        "403, forbidden, StorageDeniedException",
        "403, quotaExceeded, StorageFullException",
        "401, authError, StorageDeniedException",
        "400, invalid, StorageFaultException",
        "409, conflict, StorageFaultException",
        "413, uploadTooLarge, StorageFaultException"
    })
    void refusalsAreSortedByTheirReason(int status, String reason, String type) throws Exception {
        server.plan(INSERT, answer(Reply.error(status, reason, "no")));

        assertThat(failure(StorageException.class, () -> put(storage(), KEY))
                        .getClass()
                        .getSimpleName())
                .isEqualTo(type);
    }

    @Test
    void aLostReplyIsUnavailableAndNothingIsSentAgain() throws Exception {
        server.plan(INSERT, new Misbehaviour.LoseReply());

        failure(StorageUnavailableException.class, () -> put(storage(), KEY));

        assertThat(server.requests(INSERT)).hasSize(1);
        assertThat(storage().stat(KEY)).isPresent();
        failure(ObjectExistsException.class, () -> put(storage(), KEY));
    }

    @Test
    void aConnectionThatBreaksWhileSendingLeavesNothing() throws Exception {
        server.plan(INSERT, new Misbehaviour.BreakRequest(100_000));

        failure(
                StorageUnavailableException.class,
                () -> storage().create(KEY, Payload.of(new byte[30_000_000]), BUNDLE));

        assertThat(server.objects(BUCKET)).isEmpty();
    }

    @Test
    void aCreateAnsweredInHtmlIsUncertain() throws Exception {
        server.plan(INSERT, new Misbehaviour.DoAndAnswer(HTML));
        failure(StorageUnavailableException.class, () -> put(storage(), KEY));

        server.plan(INSERT, answer(json("{}")));
        failure(StorageUnavailableException.class, () -> put(storage(), KEY));
    }

    @Test
    void aPreconditionRefusedBySomebodyElseIsNotExists() throws Exception {
        server.plan(INSERT, answer(Reply.text(412, "no")));

        failure(StorageFaultException.class, () -> put(storage(), KEY));
    }

    @Test
    void anEmptyAnswerIsNoEmptyListing() throws Exception {
        for (Reply reply : List.of(json("{}"), HTML, json("[]"), json("{\"kind\":"))) {
            server.plan(LIST, answer(reply));
            failure(StorageUnavailableException.class, () -> storage().list(ObjectPrefix.root()));
        }
    }

    @Test
    void onlyTheStoreSaysMissing() throws Exception {
        server.plan(STAT, answer(Reply.text(404, "<html>not here</html>")));
        failure(StorageFaultException.class, () -> storage().stat(KEY));

        server.plan(STAT, answer(json("{}")));
        failure(StorageUnavailableException.class, () -> storage().stat(KEY));

        put(storage(), KEY);
        server.plan(READ, answer(Reply.text(404, "not here")));
        failure(StorageUnavailableException.class, () -> get(storage(), ByteRange.all()));
    }

    @Test
    void aMissingBucketIsNoMissingObject() throws Exception {
        Storage nowhere = at("gs://no-such-bucket/repository", settings());

        for (StorageException failure : List.of(
                failure(StorageFaultException.class, () -> nowhere.stat(KEY)),
                failure(StorageFaultException.class, () -> get(nowhere, ByteRange.all())),
                failure(StorageFaultException.class, () -> get(nowhere, ByteRange.of(0, 0))),
                failure(StorageFaultException.class, () -> nowhere.list(ObjectPrefix.root())),
                failure(StorageFaultException.class, () -> put(nowhere, KEY)),
                nowhere.delete(List.of(KEY)).failures().get(KEY))) {
            assertThat(failure).isInstanceOf(StorageFaultException.class).hasMessageContaining("bucket");
        }
    }

    @Test
    void nobodyIsFollowedElsewhere() throws Exception {
        try (GcsServer elsewhere = GcsServer.start().withBucket(BUCKET)) {
            Reply reply = new Reply(307, Map.of("Location", elsewhere.url() + "/storage/v1/b/x/o"), new byte[0]);
            server.plan(LIST, answer(reply));

            failure(StorageFaultException.class, () -> storage().list(ObjectPrefix.root()));

            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 11, 21})
    void aFlippedBitIsFoundBeforeTheLastByteIsHandedOut(int index) throws Exception {
        put(storage(), KEY);
        server.plan(READ, new Misbehaviour.FlipBit(index));

        int handedOut = 0;
        IOException failure = null;
        try (InputStream stream = storage().read(KEY, ByteRange.all())) {
            while (failure == null && handedOut < BYTES.length) {
                try {
                    assertThat(stream.read()).isNotNegative();
                    handedOut++;
                } catch (IOException e) {
                    failure = e;
                }
            }
            assertThat(failure).hasCauseInstanceOf(StorageFaultException.class).hasMessageContaining("CRC-32C");
            assertThat(handedOut).isEqualTo(BYTES.length - 1);
            // It does not come to its end by asking again.
            failure(IOException.class, stream::read);
        }
    }

    @Test
    void aRangeThatIsTheWholeObjectIsComparedToo() throws Exception {
        put(storage(), KEY);
        server.plan(READ, new Misbehaviour.FlipBit(3));

        failure(IOException.class, () -> get(storage(), ByteRange.of(0, BYTES.length)));
    }

    @Test
    void bytesThatChangeBetweenDigestAndSendingAreRefusedByTheStore() throws Exception {
        int[] openings = {0};
        Payload fickle = new Payload() {
            @Override
            public long size() {
                return 1;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(new byte[] {(byte) openings[0]++});
            }
        };

        failure(StorageFaultException.class, () -> storage().create(KEY, fickle, BUNDLE));

        assertThat(server.objects(BUCKET)).isEmpty();
    }

    @Test
    void aBrokenReplyFailsAndNeverEndsShort() throws Exception {
        put(storage(), KEY);
        for (ByteRange range : List.of(ByteRange.all(), ByteRange.of(0, 20), ByteRange.of(2, 20))) {
            server.plan(READ, new Misbehaviour.BreakReply(7));
            IOException failure = failure(IOException.class, () -> get(storage(), range));
            assertThat(failure.getCause() instanceof StorageException).isFalse();
        }
    }

    @Test
    void anAnswerThatStallsIsGivenUp() throws Exception {
        put(storage(), KEY);
        server.plan(READ, new Misbehaviour.Stall(20_000));

        Storage hasty = storage(settings().timeouts(Duration.ofSeconds(5), Duration.ofMillis(100)));
        failure(IOException.class, () -> get(hasty, ByteRange.all()));
    }

    @Test
    void anUnreachableStoreIsUnavailable() throws Exception {
        Storage storage = storage();
        server.close();

        failure(StorageUnavailableException.class, () -> storage.stat(KEY));
        failure(StorageUnavailableException.class, () -> put(storage, KEY));
        assertThat(storage.delete(List.of(KEY)).failures().get(KEY)).isInstanceOf(StorageUnavailableException.class);
    }

    @ParameterizedTest
    @CsvSource({"200, bytes 2-6/22", "206, bytes 0-4/22", "206, bytes 2-7/22", "206, bytes 2-6/*", "206, "})
    void aRangeThatWasNotAskedForIsRefused(int status, String told) throws Exception {
        Reply reply = new Reply(status, OF_AN_OBJECT, new byte[5]);
        server.plan(READ, answer(told == null ? reply : reply.with("Content-Range", told)));

        failure(StorageFaultException.class, () -> get(storage(), ByteRange.of(2, 5)));
    }

    /** Of the right length, even. */
    @Test
    void aPageOfSomethingInBetweenIsNoObject() throws Exception {
        put(storage(), KEY);
        server.plan(READ, answer(HTML));
        failure(StorageUnavailableException.class, () -> get(storage(), ByteRange.all()));
        server.plan(READ, answer(new Reply(206, Map.of("Content-Range", "bytes 2-6/22"), new byte[5])));
        failure(StorageUnavailableException.class, () -> get(storage(), ByteRange.of(2, 5)));
    }

    @Test
    void encodedBytesAreRefused() throws Exception {
        server.plan(READ, answer(new Reply(200, OF_AN_OBJECT, new byte[5]).with("Content-Encoding", "gzip")));

        failure(StorageFaultException.class, () -> get(storage(), ByteRange.all()));
    }

    @Test
    void oneBatchThatFailsIsReportedForItsKeysOnly() throws Exception {
        Storage storage = storage();
        List<ObjectKey> keys = IntStream.range(0, 250)
                .mapToObj(number -> ObjectKey.of(String.format(Locale.ROOT, "many/%03d", number)))
                .toList();
        for (ObjectKey key : keys) {
            put(storage, key);
        }
        server.plan(BATCH, answer(Reply.error(503, "backendError", "busy").with("Retry-After", "3")));

        DeleteReport report = storage.delete(keys);

        assertThat(report.failures().keySet()).containsExactlyInAnyOrderElementsOf(keys.subList(0, 100));
        assertThat(report.failures().values()).allSatisfy(failure -> {
            assertThat(failure).isInstanceOf(StorageUnavailableException.class);
            assertThat(failure.retryAfter()).contains(Duration.ofSeconds(3));
        });
        assertThat(server.requests(BATCH)).hasSize(2);
        assertThat(server.objects(BUCKET)).hasSize(100);
        assertThat(storage.delete(keys).failures()).isEmpty();
    }

    @Test
    void aBatchThatDoesNotSpeakOfAKeyDidNotDeleteIt() throws Exception {
        put(storage(), KEY);
        String nothing = "--x\r\n\r\n--x--\r\n";
        server.plan(
                BATCH,
                answer(new Reply(
                        200,
                        Map.of("Content-Type", "multipart/mixed; boundary=x"),
                        nothing.getBytes(StandardCharsets.UTF_8))));
        assertThat(storage().delete(List.of(KEY)).failures()).containsOnlyKeys(KEY);

        server.plan(BATCH, answer(HTML));
        assertThat(storage().delete(List.of(KEY)).failures()).containsOnlyKeys(KEY);
        assertThat(storage().stat(KEY)).isPresent();
    }

    @Test
    void aPageMayBeEmpty() throws Exception {
        put(storage(), KEY);
        // The token of the page that begins at the beginning.
        server.plan(LIST, answer(json("{\"kind\":\"storage#objects\",\"nextPageToken\":\"+/=&#% \"}")));

        assertThat(storage().list(ObjectPrefix.of("billing")).objects()).hasSize(1);
    }

    @Test
    void aListingThatGoesRoundInCirclesEnds() throws Exception {
        Reply same = json("{\"kind\":\"storage#objects\",\"nextPageToken\":\"again\"}");
        server.plan(LIST, answer(same));
        server.plan(LIST, answer(same));

        failure(StorageFaultException.class, () -> storage().list(ObjectPrefix.root()));
    }

    @Test
    void notFoundNeedsBothObjectAndBucket() throws Exception {
        failure(ObjectNotFoundException.class, () -> get(storage(), ByteRange.all()));

        assertThat(server.requests().stream().map(Request::operation)).containsExactly(READ, STAT, LIST);
    }
}
