package io.pgbackup.core.repository.set;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackupRecordTest {
    @Test
    void aRecordIsReadAsItWasWritten() {
        BackupLabel full = BackupLabel.full(LocalDateTime.of(2026, 1, 1, 0, 0));
        BackupLabel label = BackupLabel.dependent(BackupType.DIFFERENTIAL, full, LocalDateTime.of(2026, 1, 2, 0, 0));
        BackupRecord record = SampleRecords.record(label, List.of(full));
        BackupRecord read = BackupRecord.parse(record.toBytes());
        assertThat(read).usingRecursiveComparison().isEqualTo(record);
    }
}
