package io.pgbackup.core.block.change;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.core.block.change.FileDecision.Sizes;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.files.RelationFile;
import io.pgbackup.core.postgres.files.RelationFileName;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import org.junit.jupiter.api.Test;

class FileDecisionTest {
    private static final RelationFork TABLE = new RelationFork(1663, 5, 16384, Fork.MAIN);

    private final ChangeSet changes = new ChangeSet();

    private FileDecision decide(Fork fork, int segment, int now, int before) {
        RelationFile file = new RelationFile(1663, 5, new RelationFileName(16384, fork, segment));
        return FileDecision.of(changes, new Sizes(file, now, before, 1000));
    }

    @Test
    void fileThatTheLogDoesNotNameIsNotRead() {
        changes.mark(new RelationFork(1663, 5, 16385, Fork.MAIN), 1);
        changes.mark(new RelationFork(1663, 6, 16384, Fork.MAIN), 1);
        changes.mark(new RelationFork(1664, 5, 16384, Fork.MAIN), 1);
        changes.mark(TABLE.withFork(Fork.VISIBILITY), 1);
        assertThat(decide(Fork.MAIN, 0, 100, 100).unchanged()).isTrue();
        assertThat(decide(Fork.MAIN, 0, 0, 0).unchanged()).isTrue();
        assertThat(decide(Fork.MAIN, 0, 90, 100).unchanged()).isTrue();
    }

    @Test
    void growthIsReadAlsoWithoutTheLog() {
        assertThat(decide(Fork.MAIN, 0, 105, 100).pages()).isEqualTo(UnitRuns.of(100, 5));
    }

    @Test
    void mapsAndInitialForksAreNeverDecidedByTheLog() {
        for (Fork fork : new Fork[] {Fork.FREE_SPACE, Fork.VISIBILITY, Fork.INIT}) {
            assertThat(decide(fork, 0, 10, 10)).isEqualTo(FileDecision.WHOLE);
        }
    }

    @Test
    void pagesOfTheSegmentAreRead() {
        changes.mark(TABLE, 999);
        changes.mark(TABLE, 1000);
        changes.mark(TABLE, 1003);
        changes.mark(TABLE, 2000);
        assertThat(decide(Fork.MAIN, 1, 1000, 1000).pages())
                .isEqualTo(new UnitRuns.Builder().add(0, 1).add(3, 1).build());
        assertThat(decide(Fork.MAIN, 3, 1000, 1000).unchanged()).isTrue();
    }

    @Test
    void whatIsBehindAnEarlierEndIsOfNoKin() {
        changes.mark(TABLE, 7);
        changes.mark(TABLE, 60);
        changes.cut(TABLE, 50);
        changes.mark(TABLE, 70);
        assertThat(decide(Fork.MAIN, 0, 100, 100).pages())
                .isEqualTo(new UnitRuns.Builder().add(7, 1).add(50, 50).build());
        assertThat(decide(Fork.MAIN, 1, 100, 100)).isEqualTo(FileDecision.WHOLE);
        assertThat(decide(Fork.MAIN, 0, 50, 100).pages()).isEqualTo(UnitRuns.of(7, 1));
    }

    @Test
    void fileMadeAnewIsReadWhole() {
        changes.mark(TABLE, 7);
        changes.cut(TABLE, 0);
        assertThat(decide(Fork.MAIN, 0, 100, 100)).isEqualTo(FileDecision.WHOLE);
    }

    @Test
    void databaseMadeAnewIsReadWhole() {
        changes.replaceDirectory(1663, 5);
        assertThat(decide(Fork.MAIN, 0, 100, 100)).isEqualTo(FileDecision.WHOLE);
    }

    @Test
    void nearlyAllIsAll() {
        for (int block = 0; block < 91; block++) {
            changes.mark(TABLE, block);
        }
        assertThat(decide(Fork.MAIN, 0, 100, 100)).isEqualTo(FileDecision.WHOLE);
    }

    @Test
    void laterCutTakesAwayWhatWasMarkedBefore() {
        changes.mark(TABLE, 7);
        changes.mark(TABLE, 60);
        ChangeSet later = new ChangeSet();
        later.cut(TABLE, 50);
        later.mark(TABLE, 55);
        later.mark(TABLE, 52);
        later.replaceDirectory(1663, 9);
        later.missChanges();
        changes.addLater(later);
        ForkChanges joined = changes.find(TABLE).orElseThrow();
        assertThat(joined.limit()).hasValue(50);
        assertThat(joined.blocks().within(0, 100)).isEqualTo(UnitRuns.of(7, 1));
        assertThat(changes.replacedDirectory(1663, 9)).isTrue();
        assertThat(changes.complete()).isFalse();
    }

    @Test
    void mapsAreNotKept() {
        changes.mark(TABLE.withFork(Fork.VISIBILITY), 7);
        changes.mark(TABLE.withFork(Fork.FREE_SPACE), 7);
        changes.cut(TABLE.withFork(Fork.FREE_SPACE), 0);
        assertThat(changes.forks()).isEmpty();
    }
}
