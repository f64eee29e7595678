package io.pgbackup.examples.storagecheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.storage.RetryListener;
import io.pgbackup.core.storage.RetryPolicy;
import io.pgbackup.core.storage.RetryTiming;
import io.pgbackup.core.storage.RetryingStorage;
import io.pgbackup.examples.storagecheck.NastyProxy.Kind;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The one retry layer upon each provider over HTTP, before a server that does all that servers and networks do. Waiting is only counted: a test waits for nothing.
 * The number of requests says that no client library repeats anything of its own.
 */
class NastyServerTest {
    private static final String UPLOAD = "PUT|POST";
    private static final String BUSY =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    private static final String TOO_MANY =
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    @TempDir
    private static Path directory;

    private static Stores stores;

    private final List<Duration> waits = new CopyOnWriteArrayList<>();
    private final ObjectKey key = ObjectKey.of("nasty/" + UUID.randomUUID());
    private final byte[] content = content();

    private static byte[] content() {
        byte[] bytes = new byte[300_000];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @BeforeAll
    static void start() {
        stores = new Stores(directory);
    }

    @AfterAll
    static void stop() throws Exception {
        stores.close();
    }

    /** Something that is done through the proxy. */
    @FunctionalInterface
    private interface Deed {
        void with(NastyProxy proxy, Storage storage) throws Exception;
    }

    private void through(String scheme, Deed deed) throws Exception {
        RetryPolicy policy = RetryPolicy.standard().withAttempts(5).withJitter(0);
        RetryTiming timing = new RetryTiming(System::nanoTime, waits::add, () -> 0);
        try (NastyProxy proxy = NastyProxy.before(stores.server(scheme));
                Storage storage =
                        new RetryingStorage(stores.open(scheme, proxy.uri()), policy, timing, RetryListener.none())) {
            // What a client does only once, before its first object.
            storage.create(ObjectKey.of("nasty/" + UUID.randomUUID()), Payload.of(new byte[1]), attributes());
            proxy.forget();
            deed.with(proxy, storage);
            assertThat(proxy.isDone()).as("all that was planned happened").isTrue();
        }
    }

    private static ObjectAttributes attributes() {
        return ObjectAttributes.of(ObjectKind.BUNDLE);
    }

    private static byte[] read(Storage storage, ObjectKey key) throws Exception {
        try (InputStream stream = storage.read(key, ByteRange.all())) {
            return stream.readAllBytes();
        }
    }

    private static long uploads(NastyProxy proxy) {
        return proxy.requests().stream()
                .filter(line -> line.matches("(PUT|POST) .*"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aBusyStoreIsGivenTheTimeThatItAsksFor(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            proxy.answer(UPLOAD, BUSY);
            proxy.answer(UPLOAD, TOO_MANY);

            storage.create(key, Payload.of(content), attributes());

            assertThat(waits).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(3));
            assertThat(uploads(proxy)).isEqualTo(3);
            assertThat(read(storage, key)).isEqualTo(content);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void anUploadThatIsResetIsSentAgain(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            proxy.plan(UPLOAD, Kind.RESET);
            proxy.plan(UPLOAD, Kind.RESET);

            storage.create(key, Payload.of(content), attributes());

            assertThat(uploads(proxy)).isEqualTo(3);
            assertThat(read(storage, key)).isEqualTo(content);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aLostReplyIsNoFailureAndNoOverwriting(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            proxy.plan(UPLOAD, Kind.LOSE_REPLY);

            storage.create(key, Payload.of(content), attributes());

            assertThat(uploads(proxy)).isEqualTo(2);
            assertThat(read(storage, key)).isEqualTo(content);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void anObjectOfSomebodyElseIsNotTakenForOursAfterALostReply(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            storage.create(
                    key, Payload.of("somebody else's".getBytes(java.nio.charset.StandardCharsets.UTF_8)), attributes());
            proxy.plan(UPLOAD, Kind.LOSE_REPLY);

            assertThatThrownBy(() -> storage.create(key, Payload.of(content), attributes()))
                    .isInstanceOf(ObjectExistsException.class);
            assertThat(new String(read(storage, key), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("somebody else's");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aReadThatIsCutShortGoesOn(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            storage.create(key, Payload.of(content), attributes());
            proxy.plan("GET", Kind.CUT);
            proxy.plan("GET", Kind.CUT);

            assertThat(read(storage, key)).isEqualTo(content);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aListingThatIsCutShortIsListedAgain(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            storage.create(key.parent().key(key.name() + "/object"), Payload.of(content), attributes());
            proxy.plan("GET", Kind.CUT);

            assertThat(storage.list(ObjectPrefix.of(key.toString())).objects()).hasSize(1);
        });
    }

    /** What a proxy answers that wants a login first, and what a web server answers that has such a page as a file. */
    private static List<String> pages() {
        String page = "<html>Please log in to use this network</html>";
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + page.length()
                + "\r\nConnection: close\r\n";
        String ofAFile =
                "ETag: \"5f3c-2b\"\r\nLast-Modified: Sat, 07 Nov 2026 08:00:00 GMT\r\nAccept-Ranges: bytes\r\n";
        return List.of(head + "\r\n" + page, head + ofAFile + "\r\n" + page);
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aPageOfSomethingInBetweenIsNoAnswerOfTheStore(String scheme) throws Exception {
        ObjectKey below = ObjectKey.of(key + "/object");
        ByteRange range = ByteRange.of(100, "<html>Please log in to use this network</html>".length());
        through(scheme, (proxy, storage) -> {
            storage.create(below, Payload.of(content), attributes());
            for (String page : pages()) {
                waits.clear();
                proxy.answer("GET|HEAD", page);
                assertThat(read(storage, below)).isEqualTo(content);
                proxy.answer("GET|HEAD", page);
                try (InputStream part = storage.read(below, range)) {
                    assertThat(part.readAllBytes())
                            .isEqualTo(Arrays.copyOfRange(content, 100, 100 + (int) range.length()));
                }
                proxy.answer("GET|HEAD", page);
                assertThat(storage.stat(below).orElseThrow().size()).isEqualTo(content.length);
                proxy.answer("GET|HEAD", page);
                assertThat(storage.list(ObjectPrefix.of(key.toString())).objects())
                        .hasSize(1);
                assertThat(waits).as("each was tried again once").hasSize(4);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aPageThatStaysIsGivenUpWithTheReason(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            storage.create(key, Payload.of(content), attributes());
            for (int attempt = 0; attempt < 5; attempt++) {
                proxy.answer("GET", pages().get(1));
            }

            assertThatThrownBy(() -> read(storage, key))
                    .hasMessageContaining("gave up after 5 attempts")
                    .hasMessageContaining("something in between");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void whatComesSlowlyComesWhole(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            storage.create(key, Payload.of(content), attributes());
            proxy.plan("GET", Kind.DRIP);

            assertThat(read(storage, key)).isEqualTo(content);
            assertThat(waits).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void nobodyIsFollowedToAnotherServer(String scheme) throws Exception {
        try (NastyProxy elsewhere = NastyProxy.before(stores.server(scheme))) {
            through(scheme, (proxy, storage) -> {
                String redirect = "HTTP/1.1 302 Found\r\nLocation: " + elsewhere.uri()
                        + "/anywhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                proxy.answer("GET|HEAD", redirect);

                assertThatThrownBy(() -> read(storage, key)).isInstanceOf(StorageException.class);
                assertThat(elsewhere.requests()).isEmpty();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure", "gs"})
    void aStoreThatStaysBusyIsGivenUpWithTheReason(String scheme) throws Exception {
        through(scheme, (proxy, storage) -> {
            for (int attempt = 0; attempt < 5; attempt++) {
                proxy.answer(UPLOAD, BUSY);
            }

            assertThatThrownBy(() -> storage.create(key, Payload.of(content), attributes()))
                    .hasMessageContaining("gave up after 5 attempts")
                    .hasMessageContaining("503");
            assertThat(uploads(proxy)).isEqualTo(5);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3"})
    void aWrongClockIsSetRightByTheStoresOwn(String scheme) throws Exception {
        String body = "<Error><Code>RequestTimeTooSkewed</Code><Message>clock</Message></Error>";
        through(scheme, (proxy, storage) -> {
            proxy.answer(
                    UPLOAD,
                    "HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\nContent-Length: " + body.length()
                            + "\r\nConnection: close\r\n\r\n" + body);

            storage.create(key, Payload.of(content), attributes());

            assertThat(uploads(proxy)).isEqualTo(2);
            assertThat(read(storage, key)).isEqualTo(content);
        });
    }
}
