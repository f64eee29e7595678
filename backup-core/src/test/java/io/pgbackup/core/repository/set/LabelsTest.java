package io.pgbackup.core.repository.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00.9Z");

    @Test
    void theClockGivesTheLabel() {
        assertThat(Labels.next(BackupType.FULL, Optional.empty(), List.of(), NOW))
                .hasToString("20261121-080000F");
    }

    @Test
    void aLabelIsLaterThanEveryOtherWhateverTheClockSays() {
        BackupLabel future = BackupLabel.parse("20271231-235959F");
        BackupLabel next = Labels.next(BackupType.INCREMENTAL, Optional.of(future), List.of(future), NOW);
        assertThat(next).hasToString("20271231-235959F_20280101-000000I").isGreaterThan(future);
    }

    @Test
    void twoInOneSecondDiffer() {
        BackupLabel first = Labels.next(BackupType.FULL, Optional.empty(), List.of(), NOW);
        assertThat(Labels.next(BackupType.FULL, Optional.empty(), List.of(first), NOW))
                .hasToString("20261121-080001F");
    }

    @Test
    void aDependentOfADependentIsNamedAfterTheFullOne() {
        BackupLabel base = BackupLabel.parse("20261120-080000F_20261121-070000D");
        assertThat(Labels.next(BackupType.INCREMENTAL, Optional.of(base), List.of(base), NOW))
                .hasToString("20261120-080000F_20261121-080000I");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "20261121-080000",
                "20261121-080000f",
                "20261321-080000F",
                "20261121-080000F_20261121-080000F",
                "20261121-080000F-20261121-080000I",
                "20261121-080000F_20261121-080000I/..",
                "+0261121-080000F"
            })
    void whatIsNoLabelIsRefused(String text) {
        assertThatThrownBy(() -> BackupLabel.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
