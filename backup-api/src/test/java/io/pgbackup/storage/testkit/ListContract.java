package io.pgbackup.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Claims about {@code list} and {@code delete}. */
abstract class ListContract extends KeyContract {
    private static final int WRITERS = 16;
    /** More than the thousand keys that one request of any known protocol can delete, or one page list. */
    private static final int MORE_THAN_A_PAGE = 1_100;

    @Test
    void listsNothingUnderAnUnusedPrefix() throws Exception {
        assertThat(storage().list(place().resolve("unused"))).isEqualTo(new Listing(List.of(), List.of()));
    }

    @Test
    void listsKeysAndSizes() throws Exception {
        put("b", new byte[2]);
        put("a", new byte[1]);
        put("c", new byte[0]);

        List<ObjectInfo> objects = storage().list(place()).objects();

        assertThat(objects).extracting(ObjectInfo::key).containsExactly(key("a"), key("b"), key("c"));
        assertThat(objects).extracting(ObjectInfo::size).containsExactly(1L, 2L, 0L);
    }

    @Test
    void listsOneLevelOnly() throws Exception {
        put("object");
        put("one/object");
        put("two/deep/deeper/object");

        assertThat(namesIn(place())).containsExactly("object");
        assertThat(prefixesIn(place())).containsExactly("one", "two");
        assertThat(namesIn(place().resolve("two"))).isEmpty();
        assertThat(prefixesIn(place().resolve("two"))).containsExactly("deep");
    }

    @Test
    void listsWholePrefixes() throws Exception {
        put("one/two/object");

        assertThat(storage().list(place()).prefixes()).containsExactly(place().resolve("one"));
        assertThat(storage().list(place().resolve("one")).prefixes()).containsExactly(place().resolve("one/two"));
    }

    @Test
    void prefixesEndAtSegments() throws Exception {
        put("abc");
        put("ab/c");
        put("abc-d/e");

        assertThat(namesIn(place().resolve("ab"))).containsExactly("c");
        assertThat(prefixesIn(place().resolve("ab"))).isEmpty();
        assertThat(prefixesIn(place())).containsExactly("ab", "abc-d");
        assertThat(namesIn(place().resolve("a"))).isEmpty();
    }

    @Test
    void sortsPrefixesByTheirNames() throws Exception {
        // With their slashes they would sort the other way round.
        put("a/object");
        put("a-b/object");

        assertThat(prefixesIn(place())).containsExactly("a", "a-b");
    }

    @Test
    void nothingIsListedBelowAnObject() throws Exception {
        put("object");

        assertThat(storage().list(place().resolve("object"))).isEqualTo(new Listing(List.of(), List.of()));
    }

    @Test
    void theRootIsListed() throws Exception {
        put("object");

        assertThat(storage().list(ObjectPrefix.root()).prefixes()).contains(ObjectPrefix.of("contract"));
    }

    @Test
    void aLongListingIsCompleteAndSorted() throws Exception {
        List<ObjectKey> keys = Together.run(WRITERS, listingSize(), number -> put("many/object-" + number));

        List<ObjectInfo> listed = storage().list(place().resolve("many")).objects();

        assertThat(listed)
                .extracting(ObjectInfo::key)
                .containsExactlyElementsOf(keys.stream().sorted().toList());
    }

    @Test
    void manyPrefixesAreComplete() throws Exception {
        int count = Math.min(MORE_THAN_A_PAGE, listingSize());
        Together.run(WRITERS, count, number -> put("many/" + number + "/object"));

        assertThat(prefixesIn(place().resolve("many")))
                .containsExactlyElementsOf(IntStream.range(0, count)
                        .mapToObj(Integer::toString)
                        .sorted()
                        .toList());
    }

    @Test
    void deletingAMissingObjectSucceeds() throws Exception {
        assertThat(storage().delete(List.of(key("missing"))).failures()).isEmpty();
    }

    @Test
    void deletingBelowAMissingPrefixSucceeds() throws Exception {
        assertThat(storage().delete(List.of(key("missing/deep/object"))).failures())
                .isEmpty();
    }

    @Test
    void deletingNothingSucceeds() throws Exception {
        assertThat(storage().delete(List.of()).failures()).isEmpty();
    }

    @Test
    void deletingTwiceSucceeds() throws Exception {
        ObjectKey key = put("twice");
        storage().delete(List.of(key));

        assertThat(storage().delete(List.of(key)).failures()).isEmpty();
    }

    @Test
    void aKeyMayBeNamedTwiceInOneDelete() throws Exception {
        ObjectKey key = put("twice");

        assertThat(storage().delete(List.of(key, key)).failures()).isEmpty();
        assertInvisible(key);
    }

    @Test
    void deletesOnlyWhatItWasTold() throws Exception {
        ObjectKey key = put("a/b");
        put("a/bc");
        put("a/b-c");
        put("ab");

        storage().delete(List.of(key));

        assertInvisible(key);
        assertThat(namesIn(place().resolve("a"))).containsExactly("b-c", "bc");
        assertThat(namesIn(place())).containsExactly("ab");
    }

    @Test
    void deletingThroughThePrefixOfAnObjectLeavesTheObject() throws Exception {
        ObjectKey below = put("prefix/object");

        assertThat(storage().delete(List.of(key("prefix"))).failures()).isEmpty();
        assertThat(storage().stat(below)).isPresent();
    }

    @Test
    void deletingBelowAnObjectLeavesTheObject() throws Exception {
        ObjectKey above = put("object");

        assertThat(storage().delete(List.of(key("object/below"))).failures()).isEmpty();
        assertThat(storage().stat(above)).isPresent();
    }

    @Test
    void deletesManyWithMissingOnesAmongThem() throws Exception {
        int count = Math.min(MORE_THAN_A_PAGE, listingSize());
        List<ObjectKey> keys = new ArrayList<>(Together.run(WRITERS, count, number -> put("many/" + number)));
        keys.add(count / 2, key("many/missing"));

        assertThat(storage().delete(keys).failures()).isEmpty();
        assertThat(namesIn(place().resolve("many"))).isEmpty();
    }

    @Test
    void aPrefixDisappearsWithItsLastObject() throws Exception {
        ObjectKey last = put("one/two/last");
        put("neighbour/object");

        storage().delete(List.of(last));

        assertThat(prefixesIn(place())).containsExactly("neighbour");
        assertThat(storage().list(place().resolve("one"))).isEqualTo(new Listing(List.of(), List.of()));
    }

    @Test
    void aPrefixStaysWhileItHoldsAnObject() throws Exception {
        ObjectKey gone = put("one/two/gone");
        put("one/stays");

        storage().delete(List.of(gone));

        assertThat(prefixesIn(place())).containsExactly("one");
        assertThat(prefixesIn(place().resolve("one"))).isEmpty();
    }

    @Test
    void aDisappearingPrefixMayBeUsedAgainAtTheSameTime() throws Exception {
        Storage other = anotherClient();

        Together.race(8, number -> {
            for (int round = 0; round < 20; round++) {
                ObjectKey key = put("shared/prefix/" + number + "-" + round);
                assertThat((number % 2 == 0 ? other : storage())
                                .delete(List.of(key))
                                .failures())
                        .isEmpty();
            }
            return number;
        });

        assertThat(prefixesIn(place())).isEmpty();
    }

    @Test
    void racingDeletersAllSucceed() throws Exception {
        ObjectKey key = put("raced/object");

        List<Boolean> complete = Together.race(
                8, number -> storage().delete(List.of(key)).failures().isEmpty());

        assertThat(complete).doesNotContain(false);
        assertInvisible(key);
    }
}
