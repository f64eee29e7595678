package io.pgbackup.azure;

import static io.pgbackup.azure.Emulator.KEY;
import static io.pgbackup.azure.Emulator.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import io.pgbackup.storage.StorageUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a misbehaving server does to the verbs. */
class ErrorsTest {
    private static final ObjectAttributes WAL = ObjectAttributes.of(ObjectKind.WAL);
    private StubStore store;
    private Storage storage;

    @BeforeEach
    void open() throws Exception {
        store = StubStore.http();
        String key = Base64.getEncoder().encodeToString(new byte[64]);
        storage = Emulator.open(store.location(), AzureBlob.accountKey(secret(key)));
    }

    @AfterEach
    void close() {
        storage.close();
        store.close();
    }

    @ParameterizedTest
    @CsvSource({
        "404, BlobNotFound, ObjectNotFoundException",
        "404, ContainerNotFound, StorageFaultException",
        "404, ResourceNotFound, StorageFaultException",
        "404, '', StorageFaultException",
        "403, AuthenticationFailed, StorageDeniedException",
        "401, InvalidAuthenticationInfo, StorageDeniedException",
        "409, BlobImmutableDueToPolicy, ObjectExistsException",
        "409, BlobArchived, StorageFaultException",
        "409, ContainerBeingDeleted, StorageUnavailableException",
        "412, ConditionNotMet, ObjectExistsException",
        "408, '', StorageUnavailableException",
        "429, '', StorageUnavailableException",
        "500, OperationTimedOut, StorageUnavailableException",
        "502, '', StorageUnavailableException",
        "503, ServerBusy, StorageUnavailableException",
        "501, APINotImplemented, StorageFaultException",
        "507, '', StorageFullException",
        "400, InvalidHeaderValue, StorageFaultException",
        "413, RequestBodyTooLarge, StorageFaultException",
        "301, '', StorageFaultException",
        "307, '', StorageFaultException"
    })
    void anAnswerToACreateIsClassified(int status, String code, String type) throws Exception {
        store.behave(exchange -> {
            StubStore.answer(exchange, status, code);
            return true;
        });

        StorageException failure =
                catchThrowableOfType(StorageException.class, () -> storage.create(KEY, Payload.of(new byte[10]), WAL));

        assertThat(failure.getClass().getSimpleName()).isEqualTo(type);
        assertThat(failure)
                .hasMessageContaining(KEY.toString())
                .hasMessageContaining(StubStore.ACCOUNT)
                .hasMessageContaining("request-1");
        assertThat(store.requests()).as("nothing is sent twice").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 500, 503})
    void aStatThatFailsIsNeverAMissingObject(int status) {
        store.behave(exchange -> {
            StubStore.answer(exchange, status, "");
            return true;
        });

        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageException.class);
        assertThat(store.requests()).hasSize(1);
    }

    @Test
    void aNotFoundPageOfAProxyIsNotAMissingObject() {
        store.behave(exchange -> {
            StubStore.body(exchange, 404, "<html>no such host here</html>");
            return true;
        });

        assertThatThrownBy(() -> storage.read(KEY, ByteRange.all()))
                .isInstanceOf(StorageException.class)
                .isNotInstanceOf(ObjectNotFoundException.class);
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void aSuccessThatIsNotTheRightOneIsRepeatable() {
        store.behave(exchange -> {
            StubStore.body(exchange, 200, "<html>please sign in</html>");
            return true;
        });

        assertThatThrownBy(() -> storage.create(KEY, Payload.of(new byte[10]), WAL))
                .isInstanceOf(StorageUnavailableException.class);
        assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> storage.stat(KEY)).isInstanceOf(StorageUnavailableException.class);
    }

    @ParameterizedTest
    @CsvSource({"Retry-After, 7, PT7S", "x-ms-retry-after-ms, 1500, PT1.5S", "Retry-After, 99999999, PT1H"})
    void theStoreSaysHowLongToWait(String header, String value, Duration wanted) {
        store.behave(exchange -> {
            exchange.getResponseHeaders().set(header, value);
            StubStore.answer(exchange, 503, "ServerBusy");
            return true;
        });

        StorageException failure = catchThrowableOfType(StorageException.class, () -> storage.stat(KEY));

        assertThat(failure.retryAfter()).contains(wanted);
    }

    @Test
    void aDateToWaitForIsNotTrusted() {
        store.behave(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", "Sat, 21 Nov 2099 08:00:00 GMT");
            StubStore.answer(exchange, 503, "ServerBusy");
            return true;
        });

        assertThat(catchThrowableOfType(StorageException.class, () -> storage.stat(KEY))
                        .retryAfter())
                .isEmpty();
    }

    @Test
    void aBodyThatIsCutShortIsAnErrorWhileReading() throws Exception {
        storage.create(KEY, Payload.of(new byte[100_000]), WAL);
        store.behave(exchange -> {
            exchange.getResponseHeaders().set("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT");
            exchange.getResponseHeaders().set("ETag", "\"1\"");
            exchange.sendResponseHeaders(200, 100_000);
            exchange.getResponseBody().write(new byte[60_000]);
            exchange.getResponseBody().flush();
            // Closing the exchange now cuts the connection.
            return true;
        });

        InputStream stream = storage.read(KEY, ByteRange.all());

        assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class);
        stream.close();
        assertThat(store.requests()).as("the engine resumes, not the SDK").hasSize(2);
    }

    @Test
    void aServerThatIgnoresTheRangeIsFoundOut() throws Exception {
        storage.create(KEY, Payload.of(new byte[100]), WAL);
        store.behave(exchange -> {
            exchange.getResponseHeaders().set("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT");
            exchange.getResponseHeaders().set("ETag", "\"1\"");
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write(new byte[100]);
            return true;
        });

        assertThatThrownBy(() -> storage.read(KEY, ByteRange.of(10, 5))).isInstanceOf(StorageFaultException.class);
    }

    @Test
    void aConnectionThatBreaksOffIsUnavailable() {
        // An exchange without an answer ends its connection.
        store.behave(exchange -> true);

        assertThatThrownBy(() -> storage.create(KEY, Payload.of(new byte[10]), WAL))
                .isInstanceOf(StorageUnavailableException.class)
                .hasMessageContaining(KEY.toString());
        assertThat(store.requests())
                .as("a create is never sent again by the client")
                .hasSize(1);
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() throws Exception {
        String location = store.location();
        store.close();
        Storage nowhere = Emulator.open(location, AzureBlob.sharedAccessSignature(secret("sv=1&sig=planted%2Bsecret")));

        StorageException failure = catchThrowableOfType(StorageException.class, () -> nowhere.stat(KEY));

        assertThat(failure).isInstanceOf(StorageUnavailableException.class);
        assertThat(failure).hasStackTraceContaining("Connect").hasStackTraceContaining(KEY.toString());
    }

    @Test
    void oneFailedDeleteDoesNotStopTheOthers() throws Exception {
        ObjectKey locked = ObjectKey.of("locked");
        storage.create(KEY, Payload.of(new byte[1]), WAL);
        store.behave(exchange -> {
            if (exchange.getRequestURI().getPath().endsWith("/locked")) {
                StubStore.answer(exchange, 409, "BlobImmutableDueToPolicy");
                return true;
            }
            return false;
        });

        var failures =
                storage.delete(List.of(locked, KEY, ObjectKey.of("missing"))).failures();

        assertThat(failures).containsOnlyKeys(locked);
        assertThat(failures.get(locked)).isInstanceOf(StorageDeniedException.class);
        assertThat(storage.stat(KEY)).isEmpty();
    }

    @Test
    void pagesMayBeEmptyAndMarkersOdd() throws Exception {
        String odd = "2!100!MDAw+/&=é #";
        store.behave(exchange -> {
            String query = exchange.getRequestURI().getQuery();
            boolean first = !query.contains("marker=");
            boolean second = query.contains("marker=" + odd);
            String item = "<Blob><Name>path/%s</Name><Properties><Creation-Time>Sat, 21 Nov 2026 08:00:00 GMT"
                    + "</Creation-Time><Content-Length>3</Content-Length></Properties></Blob>";
            String blobs = first ? item.formatted("b") : second ? "" : item.formatted("a") + item.formatted("a//b");
            String next = first ? odd.replace("&", "&amp;") : second ? "last" : "";
            StubStore.body(
                    exchange,
                    200,
                    "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>" + blobs
                            + "</Blobs><NextMarker>" + next + "</NextMarker></EnumerationResults>");
            return true;
        });

        assertThat(storage.list(ObjectPrefix.root()).objects())
                .extracting(ObjectInfo::key)
                .containsExactly(ObjectKey.of("a"), ObjectKey.of("b"));
        assertThat(store.requests()).hasSize(3);
    }

    @Test
    void aListingWhoseLastPageFailsIsNoListing() {
        store.behave(exchange -> {
            if (exchange.getRequestURI().getQuery().contains("marker=")) {
                StubStore.answer(exchange, 503, "ServerBusy");
            } else {
                StubStore.body(
                        exchange,
                        200,
                        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs></Blobs>"
                                + "<NextMarker>more</NextMarker></EnumerationResults>");
            }
            return true;
        });

        assertThatThrownBy(() -> storage.list(ObjectPrefix.root())).isInstanceOf(StorageUnavailableException.class);
    }

    @Test
    void aDirectoryOfAHierarchicalAccountIsNoObject() throws Exception {
        store.behave(exchange -> {
            exchange.getResponseHeaders().set("x-ms-meta-hdi_isfolder", "true");
            exchange.getResponseHeaders().set("Content-Length", "0");
            exchange.sendResponseHeaders(200, -1);
            return true;
        });

        assertThat(storage.stat(KEY)).isEmpty();
    }
}
