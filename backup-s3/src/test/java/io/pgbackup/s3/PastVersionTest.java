package io.pgbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which version of an object stood at a time. */
class PastVersionTest {
    private static final Instant MIDNIGHT = Instant.parse("2026-11-20T00:00:00Z");

    /** Written as {@code v2@10} or, for a marker, {@code -@11.5}: seconds after midnight; the last one is the latest. */
    private static List<PastVersion> versions(String text) {
        List<PastVersion> all = new ArrayList<>();
        String[] entries = text.split(" ");
        for (int index = 0; index < entries.length; index++) {
            String[] parts = entries[index].split("@");
            Instant time = MIDNIGHT.plusMillis((long) (Double.parseDouble(parts[1]) * 1000));
            all.add(new PastVersion("key", parts[0], time, parts[0].equals("-") ? -1 : 3, index == entries.length - 1));
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({
        "v1@10, 9, none",
        "v1@10, 10, v1",
        "v1@10, 11, v1",
        "v1@10 -@20, 15, v1",
        "v1@10 -@20, 21, none",
        "v1@10 v2@20, 15, v1",
        "v1@10 v2@20, 21, v2",
        "v1@10 -@20 v2@30, 25, none",
        "v1@10 -@20 v2@30, 31, v2"
    })
    void theNewestUntilThen(String history, double second, String expected) {
        assertThat(at(history, second)).isEqualTo(expected);
    }

    /** S3 says the second of what happened, and rounds down: what came after half a second is said to be of the second itself. */
    @ParameterizedTest
    @CsvSource({
        "v1@10 -@20, 20, v1",
        "v1@10 -@20.9, 20.5, v1",
        "v1@10 v2@20, 20, v1",
        "v1@20 -@20, 20.7, v1",
        "v1@20 v2@20.5 -@20.6, 20, v1",
        "v1@10 -@15 v2@20, 20, v2",
        "v1@10 -@10 v2@30, 20, v1",
        "v1@10 -@10, 20, none",
        "-@10 v1@10, 20, v1"
    })
    void whatHappenedInTheSecondItselfHidesNothing(String history, double second, String expected) {
        assertThat(at(history, second)).isEqualTo(expected);
    }

    private static String at(String history, double second) {
        List<PastVersion> newestFirst = versions(history);
        Collections.reverse(newestFirst);
        Optional<PastVersion> found = PastVersion.at(newestFirst, MIDNIGHT.plusMillis((long) (second * 1000)));
        return found.map(PastVersion::id).orElse("none");
    }
}
