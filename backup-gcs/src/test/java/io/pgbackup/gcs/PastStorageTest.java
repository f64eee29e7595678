package io.pgbackup.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bucket with object versioning, read as it was before somebody deleted and overwrote behind the library's back. */
class PastStorageTest extends ServerTest {
    private static final List<String> KEYS =
            List.of("format", "billing/record", "billing/data/one", "billing/data/two", "billing/odd a+b%2Fä");

    @BeforeEach
    void fill() throws Exception {
        server.keepVersions(BUCKET);
        for (String key : KEYS) {
            storage().create(ObjectKey.of(key), content(key), BUNDLE);
        }
        clock.pass(Duration.ofSeconds(1));
    }

    private static Payload content(String key) {
        return Payload.of(("content of " + key).getBytes(StandardCharsets.UTF_8));
    }

    private Storage past(Instant time) throws StorageException {
        return storage(settings().asOf(time));
    }

    private void overwrite(String key) {
        server.overwrite(BUCKET, "repository/" + key, "an impostor".getBytes(StandardCharsets.UTF_8));
    }

    private void deleteEverything() throws Exception {
        assertThat(storage().delete(KEYS.stream().map(ObjectKey::of).toList()).failures())
                .isEmpty();
    }

    private static String read(Storage storage, String key, ByteRange range) throws Exception {
        try (InputStream stream = storage.read(ObjectKey.of(key), range)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> names(Listing listing) {
        List<String> names = new ArrayList<>();
        listing.objects().stream().map(ObjectInfo::key).map(ObjectKey::toString).forEach(names::add);
        listing.prefixes().forEach(prefix -> names.add(prefix + "/"));
        return names;
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

    @Test
    void whatWasDeletedAndOverwrittenIsReadAsItWas() throws Exception {
        Instant before = clock.instant();
        deleteEverything();
        overwrite("billing/record");
        clock.pass(Duration.ofMillis(1));
        overwrite("later/object");
        clock.pass(Duration.ofMillis(1));

        Storage past = past(before);
        assertAsItWas(past);
        assertThat(past.stat(ObjectKey.of("later/object"))).isEmpty();
        assertThatThrownBy(() -> past.read(ObjectKey.of("later/object"), ByteRange.all()))
                .isInstanceOf(ObjectNotFoundException.class)
                .hasMessageContaining(before.toString());
        for (Storage now : List.of(storage(), past(clock.instant()))) {
            assertThat(names(now.list(ObjectPrefix.root()))).containsExactly("billing/", "later/");
            assertThat(read(now, "billing/record", ByteRange.all())).isEqualTo("an impostor");
            assertThat(now.stat(ObjectKey.of("format"))).isEmpty();
        }
    }

    @Test
    void generationsGoOverManyPages() throws Exception {
        Instant before = clock.instant();
        clock.pass(Duration.ofSeconds(1));
        IntStream.range(0, 1_200).forEach(round -> {
            overwrite("billing/data/one");
            overwrite("billing/a" + round);
        });
        clock.pass(Duration.ofSeconds(1));
        deleteEverything();
        clock.pass(Duration.ofSeconds(1));

        assertAsItWas(past(before));
        assertThat(past(clock.instant()).stat(ObjectKey.of("billing/data/one"))).isEmpty();
    }

    @Test
    void thePastCannotBeChanged() throws Exception {
        Storage past = past(clock.instant());

        assertThatThrownBy(() -> past.create(ObjectKey.of("new"), content("new"), BUNDLE))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("cannot create new")
                .hasMessageContaining("the past cannot be changed");
        assertThatThrownBy(() -> past.delete(List.of(ObjectKey.of("format"))))
                .isInstanceOf(StorageDeniedException.class)
                .hasMessageContaining("the past cannot be changed");
        assertThat(storage().stat(ObjectKey.of("format"))).isPresent();
    }

    @Test
    void theFutureIsNotKnown() {
        assertThatThrownBy(() -> past(clock.instant().plusSeconds(1)))
                .isInstanceOf(StorageFaultException.class)
                .hasMessageContaining("lies in the future");
    }

    @Test
    void theTimeIsASettingToo() {
        Gcs settings = new GcsProperties(Map.of("as-of", "2026-11-20T08:15:00Z"), Tokens::source).read();

        assertThat(settings.past()).contains(Instant.parse("2026-11-20T08:15:00Z"));
        assertThat(settings.toString()).contains("as of 2026-11-20T08:15:00Z");
        assertThatThrownBy(() -> new GcsProperties(Map.of("as-of", "yesterday"), Tokens::source).read())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("as-of is 'yesterday'");
    }
}
