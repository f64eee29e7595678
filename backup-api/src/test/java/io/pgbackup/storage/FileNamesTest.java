package io.pgbackup.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_%-][A-Za-z0-9._%-]*");

    @ParameterizedTest
    @CsvSource({
        "format,format",
        "20261121-080000F_20261122-080000I,20261121-080000F_20261122-080000I",
        "000000010000000000000042.part,000000010000000000000042.part",
        ".hidden,%2Ehidden",
        "trailing.,trailing%2E",
        "...,%2E.%2E",
        "a b,a%20b",
        "%2F,%252F",
        "%,%25",
        "ä,%C3%A4",
        "~tilde,%7Etilde"
    })
    void areWrittenAsDocumented(String segment, String name) {
        assertThat(FileNames.of(segment)).containsExactly(name);
        assertThat(FileNames.segment(List.of(name))).contains(segment);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".",
                "..",
                ".pending",
                ".nfs0000000000",
                "a%",
                "a%2",
                "a%2f",
                "a%41",
                "a.",
                "lost+found",
                "with space",
                "caf\u00E9",
                "%C3",
                "%FF",
                "%C0%AF",
                "%2F",
                "%00",
                "%5C",
                "%2E",
                "%2E%2E",
                "%ED%A0%80"
            })
    void foreignNamesAreNoSegments(String name) {
        assertThat(FileNames.segment(List.of(name))).isEmpty();
    }

    @Test
    void longSegmentsAreCutIntoPieces() {
        String segment = "ä.b".repeat(100);

        List<String> names = FileNames.of(segment);

        assertThat(names).hasSizeGreaterThan(1).allSatisfy(name -> {
            assertThat(name.length()).isLessThanOrEqualTo(FileNames.LONGEST);
            assertThat(name).matches(SAFE);
        });
        assertThat(names.subList(0, names.size() - 1)).allMatch(FileNames::isContinued);
        assertThat(FileNames.isContinued(names.get(names.size() - 1))).isFalse();
        assertThat(FileNames.segment(names)).contains(segment);
    }

    @Test
    void piecesOfALongSegmentAreNoSegmentsByThemselves() {
        List<String> names = FileNames.of("x".repeat(450));

        assertThat(FileNames.segment(names.subList(0, 1))).isEmpty();
        assertThat(FileNames.segment(names.subList(0, 2))).isEmpty();
    }

    @Test
    void segmentsAroundTheLongestNameComeBack() {
        for (int length = FileNames.LONGEST - 2; length <= 2 * FileNames.LONGEST + 2; length++) {
            for (String filling : List.of("x", ".", "%")) {
                String segment = "a" + filling.repeat(length - 2) + "b";
                assertThat(FileNames.segment(FileNames.of(segment))).contains(segment);
            }
        }
    }

    @Test
    void randomSegmentsComeBackAndStayApart() {
        Random random = new Random(42);
        Map<List<String>, String> seen = new HashMap<>();
        Set<String> segments = new HashSet<>();
        while (segments.size() < 5_000) {
            randomSegment(random).ifPresent(segments::add);
        }
        for (String segment : segments) {
            List<String> names = FileNames.of(segment);
            assertThat(seen.put(names, segment)).isNull();
            assertThat(names).allMatch(name -> SAFE.matcher(name).matches());
            assertThat(FileNames.segment(names)).contains(segment);
        }
    }

    private static java.util.Optional<String> randomSegment(Random random) {
        String interesting = "ab.%_-+ 2FEé\u0301\uFFFD";
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 8);
        for (int index = 0; index < length; index++) {
            if (random.nextInt(20) == 0) {
                text.appendCodePoint(0x10000 + random.nextInt(0x1000));
            } else {
                text.append(interesting.charAt(random.nextInt(interesting.length())));
            }
        }
        try {
            return java.util.Optional.of(ObjectKey.of(text.toString()).toString());
        } catch (IllegalArgumentException e) {
            return java.util.Optional.empty();
        }
    }

    @Test
    void escapesDoNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("th-TH-u-nu-thai"));
            assertThat(FileNames.of("ä")).containsExactly("%C3%A4");
        } finally {
            Locale.setDefault(before);
        }
    }
}
