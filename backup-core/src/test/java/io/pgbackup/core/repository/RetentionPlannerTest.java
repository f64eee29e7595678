package io.pgbackup.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.BackupType;
import io.pgbackup.Lsn;
import io.pgbackup.catalog.AdoptedWork;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.catalog.ExpirePlan.Decision;
import io.pgbackup.catalog.Retention;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.catalog.WalRange;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetentionPlannerTest {
    @Property(tries = 300)
    void whatIsKeptLacksNothingAndTheNewestFullStays(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int count) {
        List<BackupRecord> backups = randomCatalog(new Random(seed));
        List<Decision> decisions = RetentionPlanner.plan(backups, Retention.keepFullBackups(count));
        assertThat(decisions).extracting(Decision::label).containsExactlyElementsOf(labels(backups));
        Set<BackupLabel> kept =
                decisions.stream().filter(Decision::keep).map(Decision::label).collect(Collectors.toSet());
        List<BackupLabel> fulls = labels(backups).stream()
                .filter(label -> label.type() == BackupType.FULL)
                .toList();
        assertThat(kept).containsAll(fulls.subList(Math.max(0, fulls.size() - count), fulls.size()));
        assertThat(kept.stream()
                        .filter(label -> label.type() == BackupType.FULL)
                        .count())
                .isEqualTo(Math.min(count, fulls.size()));
        for (BackupRecord backup : backups) {
            if (kept.contains(backup.label())) {
                assertThat(kept).containsAll(backup.references());
            }
        }
        assertThat(decisions)
                .allSatisfy(decision -> assertThat(decision.reason()).isNotBlank());
    }

    @Test
    void anEmptyCatalogGivesAnEmptyPlan() {
        assertThat(RetentionPlanner.plan(List.of(), Retention.keepFullBackups(1)))
                .isEmpty();
    }

    private static List<BackupLabel> labels(List<BackupRecord> backups) {
        return backups.stream().map(BackupRecord::label).toList();
    }

    private static List<BackupRecord> randomCatalog(Random random) {
        List<BackupRecord> backups = new ArrayList<>();
        LocalDateTime time = LocalDateTime.of(2026, 1, 1, 0, 0);
        int count = random.nextInt(25);
        for (int index = 0; index < count; index++) {
            time = time.plusHours(1 + random.nextInt(100));
            List<BackupLabel> references = new ArrayList<>();
            BackupLabel label = BackupLabel.full(time);
            if (!backups.isEmpty() && random.nextInt(3) > 0) {
                BackupRecord base = backups.get(random.nextInt(backups.size()));
                references.addAll(base.references());
                references.add(base.label());
                label = BackupLabel.dependent(
                        BackupType.INCREMENTAL, base.label().chain(), time);
            }
            backups.add(record(label, references));
        }
        return backups;
    }

    static BackupRecord record(BackupLabel label, List<BackupLabel> references) {
        return new BackupRecord(
                label,
                "operation",
                references,
                AdoptedWork.none(),
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(5),
                new WalRange(
                        1,
                        new Lsn(0x2000028),
                        new Lsn(0x2000120),
                        "000000010000000000000002",
                        "000000010000000000000002"),
                new BackupSizes(1, 2, 3, 4, 5, 6, 0, 8, 9),
                new ServerIdentity(-5, 17, 8192, 16 << 20),
                0,
                Map.of("why", "test"),
                new byte[45]);
    }

    @Test
    void aRecordIsReadAsItWasWritten() {
        BackupLabel full = BackupLabel.full(LocalDateTime.of(2026, 1, 1, 0, 0));
        BackupLabel label = BackupLabel.dependent(BackupType.DIFFERENTIAL, full, LocalDateTime.of(2026, 1, 2, 0, 0));
        BackupRecord record = record(label, List.of(full));
        BackupRecord read = BackupRecord.parse(record.toBytes());
        assertThat(read).usingRecursiveComparison().isEqualTo(record);
    }
}
