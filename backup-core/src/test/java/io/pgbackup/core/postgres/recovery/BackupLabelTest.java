package io.pgbackup.core.postgres.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.error.ClusterException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackupLabelTest {
    private static final String TEXT = """
            START WAL LOCATION: A/2000028 (file 000000100000000A00000002)
            CHECKPOINT LOCATION: A/2000060
            BACKUP METHOD: streamed
            BACKUP FROM: standby
            START TIME: 2026-11-20 23:13:33 UTC
            LABEL: lbl: START TIMELINE: 7
            START TIMELINE: 16
            """;

    @Test
    void readsItsLines() {
        BackupLabel label = BackupLabel.parse(TEXT.getBytes(StandardCharsets.UTF_8));
        assertThat(label)
                .isEqualTo(new BackupLabel(Lsn.parse("A/2000028"), Lsn.parse("A/2000060"), new Timeline(16), true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"START WAL LOCATION", "CHECKPOINT LOCATION", "START TIMELINE", "(file 00000010"})
    void missingOrContradictoryLinesAreRefused(String line) {
        byte[] bytes = TEXT.replace(line, "(file 00000011").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> BackupLabel.parse(bytes)).isInstanceOf(ClusterException.class);
    }
}
