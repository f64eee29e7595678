package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectKeyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a/b",
                "billing/backup/20261121-080000F",
                "...",
                ".a",
                "a.",
                " ",
                "%2F",
                "ä",
                "\uD83D\uDC18",
                "a b/c d",
                "\u00A0"
            })
    void parsesWhatItPrints(String value) {
        assertThat(ObjectKey.of(value)).hasToString(value).isEqualTo(ObjectKey.of(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a", "a/", "a//b", ".", "..", "a/.", "./a", "a/../b", "a/..", "//"})
    void refusesEmptyAndRelativeSegments(String value) {
        assertThatThrownBy(() -> ObjectKey.of(value)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a\\b", "a\u0000b", "a\nb", "a\tb", "a\u007Fb", "a\u0085b", "a\uD83D", "\uDC18a", "\uDC18\uD83D"
            })
    void refusesCharactersThatNoStoreShouldSee(String value) {
        assertThatThrownBy(() -> ObjectKey.of(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("U+");
    }

    @Test
    void hasALongestLength() {
        assertThat(ObjectKey.of("x".repeat(ObjectKey.MAX_LENGTH)).toString()).hasSize(ObjectKey.MAX_LENGTH);
        assertThatThrownBy(() -> ObjectKey.of("x".repeat(ObjectKey.MAX_LENGTH + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("801");
    }

    @Test
    void knowsNameAndParent() {
        assertThat(ObjectKey.of("a/b/c").name()).isEqualTo("c");
        assertThat(ObjectKey.of("a/b/c").parent()).isEqualTo(ObjectPrefix.of("a/b"));
        assertThat(ObjectKey.of("c").name()).isEqualTo("c");
        assertThat(ObjectKey.of("c").parent()).isEqualTo(ObjectPrefix.root());
    }

    @Test
    void isOrderedByCodePoints() {
        List<String> ordered = List.of(
                "A",
                "a",
                "a-b",
                "a/b",
                "aa",
                "\u00E9",
                "\uD7FF",
                "\uE000",
                "\uFFFD",
                "\uFFFDa",
                "\uD800\uDC00",
                "\uD800\uDC01",
                "\uD801\uDC00",
                "\uDBFF\uDFFD");

        List<String> sorted = ordered.stream()
                .sorted(java.util.Comparator.reverseOrder())
                .map(ObjectKey::of)
                .sorted()
                .map(ObjectKey::toString)
                .toList();

        assertThat(sorted).isEqualTo(ordered);
    }

    @Test
    void orderAgreesWithTheCodePointsOfEveryPair() {
        List<String> values = Stream.of("", "a", "z", "\uD7FF", "\uE000", "\uFFFF", "\uD800\uDC00", "\uDBFF\uDFFF")
                .flatMap(first -> Stream.of("x" + first, "x" + first + "a", "x" + first + "\uD800\uDC00"))
                .toList();
        for (String left : values) {
            for (String right : values) {
                int byCodePoints = java.util.Arrays.compare(
                        left.codePoints().toArray(), right.codePoints().toArray());
                assertThat(Integer.signum(ObjectKey.of(left).compareTo(ObjectKey.of(right))))
                        .isEqualTo(Integer.signum(byCodePoints));
            }
        }
    }

    @Test
    void differsFromOtherKeysAndTypes() {
        assertThat(ObjectKey.of("a")).isNotEqualTo(ObjectKey.of("b")).isNotEqualTo("a");
        assertThat(ObjectKey.of("caf\u00E9")).isNotEqualTo(ObjectKey.of("cafe\u0301"));
        assertThat(ObjectKey.of("a")).hasSameHashCodeAs(ObjectKey.of("a"));
    }
}
