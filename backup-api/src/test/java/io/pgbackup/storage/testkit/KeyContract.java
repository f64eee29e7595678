package io.pgbackup.storage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Claims about keys: whatever a key holds, the store gives back the same key and takes it for no other. */
abstract class KeyContract extends ReadContract {

    /** Names that have been misread by some store, protocol or file system. */
    static Stream<String> oddNames() {
        return Stream.of(
                "with space",
                " leading",
                "trailing ",
                "plus+plus",
                "percent%",
                "%2F",
                "%252F",
                "%zz",
                "%",
                "hash#tag",
                "question?mark",
                "equals=and&ampersand",
                "?comp=list",
                "semi;colon",
                "colon:colon",
                "at@at",
                "comma,",
                "single'quote",
                "double\"quote",
                "back`tick",
                "<angle>",
                "|pipe|",
                "*star*",
                "[bracket]",
                "{brace}",
                "$dollar",
                "!bang",
                "~tilde",
                "(paren)",
                ".leading-dot",
                "trailing-dot.",
                "...",
                "-dash",
                "_",
                "CON",
                "nul.txt",
                "umlaut-äöü",
                "combining-a\u0308",
                "greek-Ωμέγα",
                "chinese-数据库",
                "arabic-بيانات",
                "emoji-\uD83D\uDC18",
                "private-\uE000",
                "bom-\uFEFF",
                "nbsp-\u00A0",
                "line-separator-\u2028",
                "replacement-\uFFFD",
                "zero-width-\u200B",
                "last-\uDBFF\uDFFD",
                "x".repeat(200),
                "ä".repeat(100),
                "20261121-080000F_20261122-080000I",
                "000000010000000000000042.part");
    }

    @ParameterizedTest
    @MethodSource("oddNames")
    void givesBackAnOddName(String name) throws Exception {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);

        ObjectKey key = put(name, bytes);

        assertThat(storage().stat(key)).map(ObjectInfo::key).contains(key);
        assertThat(get(key)).isEqualTo(bytes);
        assertThat(namesIn(place())).containsExactly(name);
        assertThat(storage().delete(List.of(key)).failures()).isEmpty();
        assertInvisible(key);
    }

    @ParameterizedTest
    @MethodSource("oddNames")
    void givesBackAnOddPrefix(String name) throws Exception {
        put(name + "/object", new byte[] {1});

        assertThat(prefixesIn(place())).containsExactly(name);
        assertThat(namesIn(place().resolve(name))).containsExactly("object");
    }

    @Test
    void keepsOddNamesApart() throws Exception {
        List<String> names = oddNames().toList();
        for (String name : names) {
            put("odd/" + name, name.getBytes(StandardCharsets.UTF_8));
        }

        assertThat(namesIn(place().resolve("odd"))).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            assertThat(get(key("odd/" + name))).isEqualTo(name.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void keepsComposedAndDecomposedCharactersApart() throws Exception {
        ObjectKey composed = put("caf\u00E9", new byte[] {1});
        ObjectKey decomposed = put("cafe\u0301", new byte[] {2});

        assertThat(get(composed)).containsExactly(1);
        assertThat(get(decomposed)).containsExactly(2);
        assertThat(namesIn(place())).containsExactly("cafe\u0301", "caf\u00E9");
    }

    @Test
    void keepsUpperAndLowerCaseApart() throws Exception {
        ObjectKey upper = put("Case", new byte[] {1});
        ObjectKey lower = put("case", new byte[] {2});

        assertThat(get(upper)).containsExactly(1);
        assertThat(get(lower)).containsExactly(2);
    }

    @Test
    void keepsAnEscapedSlashApartFromASlash() throws Exception {
        ObjectKey escaped = put("a%2Fb", new byte[] {1});
        ObjectKey real = put("a/b", new byte[] {2});

        assertThat(get(escaped)).containsExactly(1);
        assertThat(get(real)).containsExactly(2);
        assertThat(namesIn(place())).containsExactly("a%2Fb");
        assertThat(prefixesIn(place())).containsExactly("a");
    }

    @Test
    void sortsByCodePoints() throws Exception {
        // In UTF-16 the elephant comes before the wide tilde, by code points after it.
        for (String name : List.of("\uD83D\uDC18", "\uFF5E", "z", "Z", "a.b", "a-b", "a", "é")) {
            put(name);
        }

        assertThat(namesIn(place())).containsExactly("Z", "a", "a-b", "a.b", "z", "é", "\uFF5E", "\uD83D\uDC18");
    }

    @Test
    void keepsADeepKey() throws Exception {
        String deep = String.join("/", "deep".repeat(10).split("(?<=p)"));
        ObjectKey key = put(deep + "/object", new byte[] {1});

        assertThat(get(key)).containsExactly(1);
    }
}
