package io.pgbackup.core.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.core.postgres.files.TablespaceLocation;
import io.pgbackup.error.ClusterException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TablespaceMapTest {
    private static final TablespaceLocation ODD =
            TablespaceLocation.of(new byte[] {'/', 'a', ' ', '\\', '\n', 'n', (byte) 0xFC});

    @ParameterizedTest
    @ValueSource(ints = {13, 14, 18})
    void writesWhatItReads(int major) {
        TablespaceMap map = new TablespaceMap(Map.of(4294967295L, ODD));
        assertThat(TablespaceMap.parse(map.bytes(major), major)).isEqualTo(map);
        assertThat(TablespaceMap.parse(new byte[0], major).bytes(major)).isEmpty();
    }

    @Test
    void movesOnlyWhatIsThere() {
        TablespaceMap map = TablespaceMap.parse("16384 /a b\n16385 /c\n".getBytes(StandardCharsets.UTF_8), 17);
        TablespaceMap moved = map.relocated(Map.of(16384L, TablespaceLocation.of("/x\\y")));
        assertThat(new String(moved.bytes(17), StandardCharsets.UTF_8)).isEqualTo("16384 /x\\\\y\n16385 /c\n");
        assertThatThrownBy(() -> map.relocated(Map.of(1L, ODD))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"16384\n", "x /a\n", " /a\n", "16384 \n"})
    void otherFilesAreRefused(String text) {
        assertThatThrownBy(() -> TablespaceMap.parse(text.getBytes(StandardCharsets.UTF_8), 17))
                .isInstanceOf(ClusterException.class);
    }
}
