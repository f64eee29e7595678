package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageFullException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A nasty server: what its answers, and its silence, mean. */
class S3ErrorsTest {
    private static final ObjectKey KEY = ObjectKey.of("billing/object");
    private static final ObjectAttributes BUNDLE = ObjectAttributes.of(ObjectKind.BUNDLE);
    private static final String SECRET = UUID.randomUUID().toString();

    private ScriptedServer server;
    private Storage storage;

    @BeforeEach
    void start() throws Exception {
        server = ScriptedServer.plain();
        storage = open(server.uri());
    }

    @AfterEach
    void end() {
        storage.close();
        server.close();
    }

    private static Storage open(URI endpoint) throws StorageException {
        S3Storage opened = (S3Storage) Buckets.open(
                "s3://backups/path",
                S3.accessKey("key", Buckets.secret(SECRET))
                        .endpoint(endpoint)
                        .allowPlainHttp()
                        .timeout(Duration.ofSeconds(1)));
        opened.waiveConditions();
        return opened;
    }

    private void create() throws StorageException {
        storage.create(KEY, Payload.of(new byte[] {1, 2, 3}), BUNDLE);
    }

    @ParameterizedTest
    @CsvSource({
        "409,ConditionalRequestConflict",
        "409,OperationAborted",
        "429,SlowDown",
        "503,SlowDown",
        "503,ServiceUnavailable",
        "500,InternalError",
        "502,''",
        "400,RequestTimeout",
        "400,BadDigest",
        "400,IncompleteBody",
        "408,''",
        "403,RequestTimeTooSkewed",
        "307,TemporaryRedirect"
    })
    void mayPass(int status, String code) {
        fails(StorageUnavailableException.class, status, code);
    }

    @Test
    void aFailedConditionMeansThatTheObjectExists() {
        fails(ObjectExistsException.class, 412, "PreconditionFailed");
    }

    @ParameterizedTest
    @CsvSource({
        "403,AccessDenied",
        "403,InvalidAccessKeyId",
        "403,SignatureDoesNotMatch",
        "400,ExpiredToken",
        "400,InvalidToken",
        "401,''",
        "403,''"
    })
    void isDenied(int status, String code) {
        fails(StorageDeniedException.class, status, code);
    }

    @ParameterizedTest
    @CsvSource({"403,QuotaExceeded", "507,XMinioStorageFull", "507,''"})
    void isFull(int status, String code) {
        fails(StorageFullException.class, status, code);
    }

    @ParameterizedTest
    @CsvSource({
        "404,NoSuchBucket",
        "400,InvalidRequest",
        "400,KeyTooLongError",
        "409,InvalidBucketState",
        "501,NotImplemented",
        "301,PermanentRedirect",
        "405,MethodNotAllowed"
    })
    void isAFault(int status, String code) {
        fails(StorageFaultException.class, status, code);
    }

    private <E extends StorageException> void fails(Class<E> type, int status, String code) {
        server.then(status, code.isEmpty() ? "<html>no S3</html>" : ScriptedServer.error(code));

        E failure = catchThrowableOfType(type, this::create);

        assertThat(failure).isNotNull();
        assertThat(failure.getMessage())
                .contains("billing/object", "s3://backups/path", "REQUEST-7", Integer.toString(status), code)
                .doesNotContain(SECRET);
        // Retries belong to the engine.
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void theHintAtARedirectNamesTheRegion() {
        server.then(ScriptedServer.answer(
                301, Map.of("x-amz-bucket-region", "eu-west-3"), ScriptedServer.error("PermanentRedirect")));

        assertThatThrownBy(this::create).hasMessageContaining("region(\"eu-west-3\")");
    }

    @ParameterizedTest
    @CsvSource({"7,7", "0,0", "99999999,3600"})
    void passesOnHowLongTheStoreAskedToWait(String header, long seconds) {
        server.then(ScriptedServer.answer(503, Map.of("Retry-After", header), ScriptedServer.error("SlowDown")));

        StorageException failure = catchThrowableOfType(StorageException.class, this::create);

        assertThat(failure.retryAfter()).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"soon", "-5", "'Sat, 28 Nov 2020 00:00:00 GMT'"})
    void aWaitThatIsNotUnderstoodOrOverIsNone(String header) {
        server.then(ScriptedServer.answer(503, Map.of("Retry-After", header), ScriptedServer.error("SlowDown")));

        StorageException failure = catchThrowableOfType(StorageException.class, this::create);

        assertThat(failure.retryAfter()).isEmpty();
    }

    @Test
    void aNotFoundOfSomethingInBetweenIsNoMissingObject() {
        server.then(404, "<html>nothing here</html>");

        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> storage.read(KEY, ByteRange.all())).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void onlyS3SaysThatAnObjectIsMissing() throws Exception {
        server.then(404, ScriptedServer.error("NoSuchKey"));

        assertThat(storage.stat(KEY)).isEmpty();
        assertThatThrownBy(() -> storage.read(KEY, ByteRange.all())).isInstanceOf(ObjectNotFoundException.class);
    }

    @Test
    void aDenialWithoutTheRightToListIsNoMissingObject() {
        server.then(403, "");

        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageDeniedException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "<html>Please log in</html>",
        "<Error><Code>InternalError</Code></Error>",
        "<ListBucketResult><Name>other</Name><IsTruncated>false</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Name>backups</Name></ListBucketResult>",
        "''"
    })
    void aGoodStatusWithSomethingElseInItIsNoEmptyListing(String body) {
        server.then(200, body);

        assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aListingThatDoesNotSayHowItGoesOnIsAFault() {
        server.then(200, "<ListBucketResult><Name>backups</Name><IsTruncated>true</IsTruncated></ListBucketResult>");

        assertThatThrownBy(() -> storage.list(ObjectPrefix.root()))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("not where");
    }

    @Test
    void aCreateThatIsAnsweredWithoutAnETagIsNotBelieved() {
        server.then(200, "<html>Please log in</html>");

        assertThatThrownBy(this::create).isInstanceOf(StorageUnavailableException.class);
    }

    /** Pages that a web server has as files come with an ETag. */
    @Test
    void aPageIsNoAnswerToACreateNorAnObject() {
        server.then(ScriptedServer.answer(
                200, Map.of("ETag", "\"e\"", "Content-Type", "text/html"), "<html>Please log in</html>"));

        assertThatThrownBy(this::create)
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("something in between");
        assertThatThrownBy(() -> storage.read(KEY, ByteRange.all())).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aDeletionIsBelievedOfTheKeysThatTheAnswerNames() throws Exception {
        server.then(
                200,
                "<DeleteResult><Deleted><Key>path/a</Key></Deleted>"
                        + "<Error><Key>path/b</Key><Code>AccessDenied</Code><Message>no</Message></Error>"
                        + "<Error><Key>path/c</Key><Code>InternalError</Code><Message>no</Message></Error>"
                        + "<Error><Key>path/d</Key><Code>NoSuchKey</Code><Message>no</Message></Error></DeleteResult>");
        List<ObjectKey> keys =
                List.of("a", "b", "c", "d", "e").stream().map(ObjectKey::of).toList();

        Map<ObjectKey, StorageException> failures = storage.delete(keys).failures();

        assertThat(failures).containsOnlyKeys(ObjectKey.of("b"), ObjectKey.of("c"), ObjectKey.of("e"));
        assertThat(failures.get(ObjectKey.of("b"))).isInstanceOf(StorageDeniedException.class);
        assertThat(failures.get(ObjectKey.of("c"))).isInstanceOf(StorageUnavailableException.class);
        assertThat(failures.get(ObjectKey.of("e"))).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aBodyThatEndsEarlyIsNoShortRead() throws Exception {
        server.then(exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"e\"");
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write(new byte[400]);
            exchange.getResponseBody().flush();
            throw new IOException("cut, as planned");
        });

        try (InputStream stream = storage.read(KEY, ByteRange.all())) {
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anAnswerThatIgnoresTheRangeIsRefused() {
        server.then(ScriptedServer.answer(200, Map.of("ETag", "\"e\""), "0123456789"));

        assertThatThrownBy(() -> storage.read(KEY, ByteRange.of(2, 3))).isInstanceOf(StorageException.class);
    }

    @Test
    void anAnswerWithAnotherRangeIsRefused() {
        server.then(ScriptedServer.answer(206, Map.of("ETag", "\"e\"", "Content-Range", "bytes 0-2/10"), "012"));

        assertThatThrownBy(() -> storage.read(KEY, ByteRange.of(2, 3)))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining("not the range");
    }

    @Test
    void aConnectionThatIsCutInMidUploadIsOneAttempt() {
        server.then(exchange -> {
            throw new IOException("cut, as planned");
        });

        assertThatThrownBy(this::create).isInstanceOf(StorageUnavailableException.class);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void silenceEndsAfterTheTimeout() {
        Instant begin = Instant.now();
        server.then(exchange -> {
            try {
                Thread.sleep(Duration.ofSeconds(20).toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        assertThatThrownBy(this::create).isInstanceOf(StorageUnavailableException.class);
        assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (Storage nowhere = open(URI.create("http://localhost:" + port));
                Storage unknown = open(URI.create("http://no-such-host.invalid:9"))) {
            assertThatThrownBy(() -> nowhere.stat(KEY))
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining("refused");
            assertThatThrownBy(() -> unknown.stat(KEY)).isInstanceOf(StorageUnavailableException.class);
        }
    }

    /** The first answer tells the client the right time; the next attempt is signed with it. */
    @Test
    void aWrongClockIsCorrectedByTheAnswer() throws Exception {
        ZonedDateTime theirs = ZonedDateTime.now(ZoneOffset.UTC).plusHours(5);
        String body = ScriptedServer.error("RequestTimeTooSkewed");
        String answer = "HTTP/1.1 403 Forbidden\r\nDate: " + DateTimeFormatter.RFC_1123_DATE_TIME.format(theirs)
                + "\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body;
        try (RawServer skewed = new RawServer(number -> answer);
                Storage ahead = open(skewed.uri())) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> ahead.read(KEY, ByteRange.all()))
                        .isInstanceOf(StorageUnavailableException.class)
                        .hasMessageContaining("clock");
            }

            String hour =
                    DateTimeFormatter.ofPattern("yyyyMMdd'T'HH", Locale.ROOT).format(theirs);
            assertThat(skewed.heads().get(0).toLowerCase(Locale.ROOT))
                    .doesNotContain("x-amz-date: " + hour.toLowerCase(Locale.ROOT));
            assertThat(skewed.heads().get(1).toLowerCase(Locale.ROOT))
                    .contains("x-amz-date: " + hour.toLowerCase(Locale.ROOT));
        }
    }

    /** Names of headers in any case, a missing reason, a header twice, a body until the end of the connection. */
    @Test
    void anAnswerInUnusualFormIsUnderstood() throws Exception {
        String answer = "HTTP/1.1 200\r\neTaG: \"e\"\r\nX-Odd: 1\r\nx-odd: 2\r\nCONTENT-LENGTH: 3\r\n\r\nabc";
        try (RawServer odd = new RawServer(number -> answer);
                Storage reading = open(odd.uri());
                InputStream stream = reading.read(KEY, ByteRange.all())) {
            assertThat(stream.readAllBytes()).asString().isEqualTo("abc");
        }
    }

    @Test
    void anAnswerThatDoesNotSayHowLongItIsCannotBeRead() throws Exception {
        try (RawServer odd = new RawServer(number -> "HTTP/1.1 200 OK\r\nETag: \"e\"\r\n\r\nabc");
                Storage reading = open(odd.uri())) {
            assertThatThrownBy(() -> reading.read(KEY, ByteRange.all()))
                    .isInstanceOf(StorageUnavailableException.class)
                    .hasMessageContaining("how long");
        }
    }
}
