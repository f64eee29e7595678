package io.pgbackup.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Claims about {@code create}. */
abstract class CreateContract extends ContractFixture {
    private static final int RACERS = 32;

    @Test
    void keepsAnEmptyObject() throws Exception {
        ObjectKey key = put("empty", new byte[0]);

        assertThat(get(key)).isEmpty();
        assertThat(storage().stat(key)).map(ObjectInfo::size).contains(0L);
    }

    @Test
    void keepsOneByte() throws Exception {
        assertThat(get(put("one", new byte[] {0}))).containsExactly(0);
    }

    @Test
    void keepsEveryByteValue() throws Exception {
        byte[] bytes = randomBytes(100_000);

        assertThat(get(put("bytes", bytes))).isEqualTo(bytes);
    }

    @Test
    void keepsALargeObject() throws Exception {
        byte[] bytes = randomBytes(largeObjectBytes());

        assertThat(get(put("large", bytes))).isEqualTo(bytes);
    }

    @Test
    void keepsALargeObjectThatIsNotInMemory() throws Exception {
        byte[] bytes = randomBytes(largeObjectBytes());

        storage().create(key("large"), OddPayload.of(bytes), BUNDLE);

        assertThat(get(key("large"))).isEqualTo(bytes);
    }

    @Test
    void takesAPayloadThatArrivesInSmallPieces() throws Exception {
        byte[] bytes = randomBytes(5_000);

        storage().create(key("pieces"), OddPayload.of(bytes).inPiecesOf(7), BUNDLE);

        assertThat(get(key("pieces"))).isEqualTo(bytes);
    }

    @Test
    void takesAPartOfAnArray() throws Exception {
        storage().create(key("part"), Payload.of(new byte[] {1, 2, 3, 4}, 1, 2), BUNDLE);

        assertThat(get(key("part"))).containsExactly(2, 3);
    }

    @Test
    void neverOverwrites() throws Exception {
        ObjectKey key = put("once", new byte[] {1});

        assertFails(
                ObjectExistsException.class, key, () -> storage().create(key, Payload.of(new byte[] {2, 2}), BUNDLE));
        assertThat(get(key)).containsExactly(1);
    }

    @Test
    void refusesTheSameBytesAgain() throws Exception {
        ObjectKey key = put("once", new byte[] {1});

        assertFails(ObjectExistsException.class, key, () -> storage().create(key, Payload.of(new byte[] {1}), BUNDLE));
    }

    @Test
    void neverOverwritesAnEmptyObject() throws Exception {
        ObjectKey key = put("empty", new byte[0]);

        assertFails(ObjectExistsException.class, key, () -> storage().create(key, Payload.of(new byte[] {1}), BUNDLE));
        assertThat(get(key)).isEmpty();
    }

    @Test
    void oneOfManyRacingCreatorsWins() throws Exception {
        ObjectKey key = key("raced");

        List<Optional<byte[]>> won = Together.race(RACERS, number -> {
            byte[] bytes = ("creator " + number + " ").repeat(1_000).getBytes(StandardCharsets.UTF_8);
            try {
                storage().create(key, Payload.of(bytes), BUNDLE);
                return Optional.of(bytes);
            } catch (ObjectExistsException e) {
                return Optional.empty();
            }
        });

        List<byte[]> winners = won.stream().flatMap(Optional::stream).toList();
        assertThat(winners).hasSize(1);
        assertThat(get(key)).isEqualTo(winners.get(0));
    }

    @Test
    void racingCreatorsOfDifferentKeysAllWin() throws Exception {
        Together.race(RACERS, number -> put("new/prefix/" + number, new byte[number]));

        assertThat(namesIn(place().resolve("new/prefix"))).hasSize(RACERS);
    }

    @Test
    void opensThePayloadAndClosesWhatItOpened() throws Exception {
        OddPayload payload = OddPayload.of(randomBytes(1_000));

        storage().create(key("counted"), payload, BUNDLE);

        assertThat(payload.opened()).isPositive();
        assertThat(payload.stillOpen()).isZero();
    }

    @Test
    void takesOnePayloadForTwoKeys() throws Exception {
        OddPayload payload = OddPayload.of(randomBytes(1_000));

        storage().create(key("first"), payload, BUNDLE);
        storage().create(key("second"), payload, BUNDLE);

        assertThat(get(key("second"))).isEqualTo(get(key("first")));
    }

    @Test
    void refusesAPayloadThatIsTooShort() throws Exception {
        refuses(StorageFaultException.class, OddPayload.of(randomBytes(999)).claiming(1_000));
    }

    @Test
    void refusesAPayloadThatIsTooLong() throws Exception {
        refuses(StorageFaultException.class, OddPayload.of(randomBytes(1_001)).claiming(1_000));
    }

    @Test
    void refusesAPayloadThatIsEmptyButShouldNotBe() throws Exception {
        refuses(StorageFaultException.class, OddPayload.of(new byte[0]).claiming(1));
    }

    @Test
    void refusesAPayloadThatShouldBeEmptyButIsNot() throws Exception {
        refuses(StorageFaultException.class, OddPayload.of(new byte[1]).claiming(0));
    }

    @Test
    void refusesALargePayloadThatIsTooShort() throws Exception {
        int size = largeObjectBytes();
        refuses(
                StorageFaultException.class,
                OddPayload.of(randomBytes(size - 1)).claiming(size));
    }

    @Test
    void showsNothingOfAPayloadThatFailsAtOnce() throws Exception {
        refuses(StorageException.class, OddPayload.of(randomBytes(1_000)).failingAt(0));
    }

    @Test
    void showsNothingOfALargePayloadThatFailsLate() throws Exception {
        int size = largeObjectBytes();
        refuses(StorageException.class, OddPayload.of(randomBytes(size)).failingAt(size / 2));
    }

    private void refuses(Class<? extends StorageException> type, OddPayload payload) throws Exception {
        ObjectKey key = key("refused");

        assertFails(type, key, () -> storage().create(key, payload, BUNDLE));

        assertInvisible(key);
        assertThat(payload.stillOpen()).isZero();
    }

    @Test
    void showsNothingOfAPayloadThatCannotBeOpened() throws Exception {
        ObjectKey key = key("refused");
        Payload payload = new Payload() {
            @Override
            public long size() {
                return 1;
            }

            @Override
            public InputStream open() throws IOException {
                throw new IOException("cannot be opened, as planned");
            }
        };

        assertFails(StorageException.class, key, () -> storage().create(key, payload, BUNDLE));
        assertInvisible(key);
    }

    @Test
    void aFailedCreateLeavesTheKeyFree() throws Exception {
        ObjectKey key = key("second-try");
        OddPayload lie = OddPayload.of(new byte[1]).claiming(2);
        assertFails(StorageFaultException.class, key, () -> storage().create(key, lie, BUNDLE));

        put("second-try", new byte[] {7});

        assertThat(get(key)).containsExactly(7);
    }

    @Test
    void anUnfinishedObjectIsInvisible() throws Exception {
        ObjectKey key = key("unfinished");
        byte[] bytes = randomBytes(100_000);
        Storage observer = anotherClient();
        OddPayload payload = OddPayload.of(bytes).doing(position -> {
            try {
                assertThat(observer.stat(key)).isEmpty();
                assertThat(observer.list(place()).objects()).isEmpty();
            } catch (StorageException e) {
                throw new IOException(e);
            }
        });

        storage().create(key, payload, BUNDLE);

        assertThat(get(key)).isEqualTo(bytes);
    }

    @Test
    void aKeyIsFreeAgainAfterItsObjectWasDeleted() throws Exception {
        ObjectKey key = put("again", new byte[] {1});
        storage().delete(List.of(key));

        put("again", new byte[] {2});

        assertThat(get(key)).containsExactly(2);
    }

    @ParameterizedTest
    @EnumSource
    void takesEveryKindOfObject(ObjectKind kind) throws Exception {
        ObjectKey key = key("kind/" + kind);

        storage().create(key, Payload.of(new byte[] {1}), ObjectAttributes.of(kind));

        assertThat(get(key)).containsExactly(1);
    }

    @Test
    void takesTags() throws Exception {
        ObjectKey key = key("tagged");

        storage().create(key, Payload.of(new byte[] {1}), BUNDLE.withTags(Map.of("cluster", "billing")));

        assertThat(get(key)).containsExactly(1);
    }

    @Test
    void refusesALockThatItCannotHonour() throws Exception {
        assumeFalse(honoursLocks(), "this store honours locks");
        ObjectKey key = key("locked");
        ObjectAttributes.Lock lock =
                new ObjectAttributes.Lock(Instant.now().plus(Duration.ofDays(1)), ObjectAttributes.LockMode.GOVERNANCE);

        assertFails(
                StorageFaultException.class,
                key,
                () -> storage().create(key, Payload.of(new byte[] {1}), BUNDLE.withLock(lock)));
        assertInvisible(key);
    }

    @Test
    void refusesALegalHoldThatItCannotHonour() throws Exception {
        assumeFalse(honoursLocks(), "this store honours locks");
        ObjectKey key = key("held");

        assertFails(
                StorageFaultException.class,
                key,
                () -> storage().create(key, Payload.of(new byte[] {1}), BUNDLE.withLegalHold()));
        assertInvisible(key);
    }

    @Test
    void anObjectMayLieBelowAnother() throws Exception {
        assumeTrue(speaksForObjectsBelowObjects(), "this server does not speak for its sort");
        assumeTrue(allowsObjectsBelowObjects(), "this store has directories");

        ObjectKey above = put("a/b", new byte[] {1});
        ObjectKey below = put("a/b/c", new byte[] {2});

        assertThat(get(above)).containsExactly(1);
        assertThat(get(below)).containsExactly(2);
        assertThat(namesIn(place().resolve("a"))).containsExactly("b");
        assertThat(prefixesIn(place().resolve("a"))).containsExactly("b");
    }

    @Test
    void anObjectBelowAnotherIsRefusedWhereThereAreDirectories() throws Exception {
        assumeTrue(speaksForObjectsBelowObjects(), "this server does not speak for its sort");
        assumeFalse(allowsObjectsBelowObjects(), "this store has no directories");
        ObjectKey above = put("a/b", new byte[] {1});
        ObjectKey below = key("a/b/c");

        assertFails(StorageFaultException.class, below, () -> storage().create(below, Payload.of(new byte[1]), BUNDLE));
        assertInvisible(below);
        assertThat(get(above)).containsExactly(1);
    }

    @Test
    void anObjectAboveAnotherIsRefusedWhereThereAreDirectories() throws Exception {
        assumeTrue(speaksForObjectsBelowObjects(), "this server does not speak for its sort");
        assumeFalse(allowsObjectsBelowObjects(), "this store has no directories");
        ObjectKey below = put("a/b/c", new byte[] {2});
        ObjectKey above = key("a/b");

        assertFails(StorageFaultException.class, above, () -> storage().create(above, Payload.of(new byte[1]), BUNDLE));
        assertInvisible(above);
        assertThat(get(below)).containsExactly(2);
    }

    @Test
    void anInterruptLeavesAllOrNothing() throws Exception {
        ObjectKey key = key("interrupted");
        byte[] bytes = randomBytes(largeObjectBytes());
        OddPayload payload =
                OddPayload.of(bytes).doing(position -> Thread.currentThread().interrupt());
        boolean created;
        try {
            storage().create(key, payload, BUNDLE);
            created = true;
        } catch (StorageException e) {
            created = false;
        } finally {
            Thread.interrupted();
        }

        if (created || storage().stat(key).isPresent()) {
            assertThat(get(key)).isEqualTo(bytes);
        } else {
            assertInvisible(key);
        }
        assertThat(payload.stillOpen()).isZero();
    }

    @Test
    void worksAfterAnInterrupt() throws Exception {
        Thread.currentThread().interrupt();
        try {
            put("interrupted");
        } catch (StorageException e) {
            // Whether an interrupt ends the call is up to the storage.
        } finally {
            Thread.interrupted();
        }

        assertThat(get(put("afterwards", new byte[] {3}))).containsExactly(3);
    }
}
