package io.pgbackup.core.postgres.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterPathTest {
    @Test
    void orderIsThatOfAWalk() {
        List<ClusterPath> sorted = Stream.of(
                        "base/12699", "base.old", "base/1/2", "base", "base/1", "base-", "base/1.x")
                .map(ClusterPath::of)
                .sorted()
                .toList();
        assertThat(sorted).hasToString("[base, base/1, base/1/2, base/1.x, base/12699, base-, base.old]");
        assertThat(ClusterPath.of(new byte[] {(byte) 0xFF})).isGreaterThan(ClusterPath.of("z"));
        assertThat(ClusterPath.ROOT).isLessThan(ClusterPath.of(new byte[] {1}));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a\0b"})
    void pathsThatLeadElsewhereAreRefused(String text) {
        assertThatThrownBy(() -> ClusterPath.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void partsAndText() {
        ClusterPath path = ClusterPath.of("pg_tblspc").resolve(new byte[] {'a', '\n', '\\', (byte) 0xFC});
        assertThat(path).hasToString("pg_tblspc/a\\x0a\\x5c\\xfc");
        assertThat(path.parent()).isEqualTo(ClusterPath.of("pg_tblspc"));
        assertThat(path.parent().parent()).isEqualTo(ClusterPath.ROOT);
        assertThat(path.components()).containsExactly("pg_tblspc", "a\\x0a\\x5c\\xfc");
        assertThat(path.isWithin(ClusterPath.of("pg_tblspc"))).isTrue();
        assertThat(ClusterPath.of("data/ts10").isWithin(ClusterPath.of("data/ts1")))
                .isFalse();
        assertThat(ClusterPath.ROOT.components()).isEmpty();
    }

    @Property
    void orderIsThatOfComponents(@ForAll("paths") String one, @ForAll("paths") String two) {
        if (isPath(one) && isPath(two)) {
            assertThat(Integer.signum(ClusterPath.of(one).compareTo(ClusterPath.of(two))))
                    .isEqualTo(Integer.signum(Arrays.compare(one.split("/"), two.split("/"))));
        }
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.strings().withChars("-/01").ofMinLength(1).ofMaxLength(7);
    }

    private static boolean isPath(String text) {
        try {
            ClusterPath.of(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
