package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectPrefixTest {
    @Test
    void theEmptyPrefixIsTheRoot() {
        assertThat(ObjectPrefix.of("")).isSameAs(ObjectPrefix.root()).hasToString("");
        assertThat(ObjectPrefix.root().name()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "a/", "/a", "a//b", "..", "a/./b", "a\\b"})
    void refusesWhatIsNoPrefix(String value) {
        assertThatThrownBy(() -> ObjectPrefix.of(value)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void makesKeysAndLongerPrefixes() {
        assertThat(ObjectPrefix.root().key("a")).isEqualTo(ObjectKey.of("a"));
        assertThat(ObjectPrefix.of("a").key("b/c")).isEqualTo(ObjectKey.of("a/b/c"));
        assertThat(ObjectPrefix.root().resolve("a").resolve("b")).isEqualTo(ObjectPrefix.of("a/b"));
        assertThat(ObjectPrefix.of("a/b").name()).isEqualTo("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/b", "b/", "../b", "b/.."})
    void cannotBeLeftByARelativeName(String relative) {
        assertThatThrownBy(() -> ObjectPrefix.of("a").key(relative)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void endsAtASegment() {
        ObjectPrefix prefix = ObjectPrefix.of("billing");

        assertThat(prefix.contains(ObjectKey.of("billing/backup"))).isTrue();
        assertThat(prefix.contains(ObjectKey.of("billing/backup/deep"))).isTrue();
        assertThat(prefix.contains(ObjectKey.of("billing2/backup"))).isFalse();
        assertThat(prefix.contains(ObjectKey.of("billing"))).isFalse();
        assertThat(ObjectPrefix.root().contains(ObjectKey.of("billing"))).isTrue();
    }

    @Test
    void isOrderedByCodePoints() {
        assertThat(ObjectPrefix.of("a")).isLessThan(ObjectPrefix.of("a-b"));
        assertThat(ObjectPrefix.root()).isLessThan(ObjectPrefix.of("a"));
        assertThat(ObjectPrefix.of("\uFFFD")).isLessThan(ObjectPrefix.of("\uD83D\uDC18"));
    }
}
