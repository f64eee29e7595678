package io.pgbackup.core.engine.salvage;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.core.repository.set.SyntheticResumption;
import io.pgbackup.core.repository.set.SyntheticSet;
import io.pgbackup.core.storage.LocalDirectoryStorage;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageReport.Certainty;
import io.pgbackup.restore.SalvageReport.SalvagedFile;
import io.pgbackup.restore.SalvageRequest;
import io.pgbackup.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A set that took over the work of an interrupted one, whose manifest pages it needs: every part but the bundles is lost. */
class SalvageAdoptedTest {
    private static final String TABLE = "base/1/16384";

    @TempDir
    Path work;

    private Path place;
    private Repository repository;

    @BeforeEach
    void store() throws Exception {
        place = Files.createDirectories(work.resolve("store"));
        repository =
                Repository.at("file://" + place).unencrypted().named("store").build();
        try (Storage storage = new LocalDirectoryStorage(place)) {
            SyntheticSet.write(repository, storage);
            SyntheticResumption.write(repository, storage);
        }
        // The process that was interrupted wrote no root.
        Files.delete(data(SyntheticResumption.INTERRUPTED).resolve("manifest/root"));
    }

    private Path data(BackupLabel label) {
        return place.resolve(SyntheticSet.CLUSTER + "/data/" + label);
    }

    private SalvageReport salvage() {
        try (PgBackup pg = PgBackup.of(Cluster.named(SyntheticSet.CLUSTER).withoutServer())
                .repository(repository)
                .build()) {
            return pg.salvage(SalvageRequest.of(repository, SyntheticResumption.RESUMED, work.resolve("target")));
        }
    }

    private void requireSaved(SalvageReport report, Certainty certainty) throws IOException {
        assertThat(report.files())
                .as("%s", report)
                .extracting(SalvagedFile::path, SalvagedFile::certainty)
                .contains(org.assertj.core.groups.Tuple.tuple(TABLE, certainty));
        assertThat(Files.readAllBytes(work.resolve("target").resolve(TABLE)))
                .as("%s", report)
                .isEqualTo(SyntheticResumption.content());
        assertThat(Files.readAllBytes(work.resolve("target/PG_VERSION"))).isEqualTo(SyntheticSet.plainContent());
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void nothingLostIsAllProved() throws IOException {
        SalvageReport report = salvage();
        assertThat(report.lost()).isEmpty();
        assertThat(report.chain()).isEqualTo(List.of(SyntheticResumption.INTERRUPTED, SyntheticResumption.RESUMED));
        requireSaved(report, Certainty.PROVED);
    }

    @Test
    void anAdoptedPageThatIsLostIsMadeUpForByTheBundles() throws IOException {
        deleteAll(data(SyntheticResumption.INTERRUPTED).resolve("manifest"));
        SalvageReport report = salvage();
        requireSaved(report, Certainty.PROVED);
        assertThat(report.lost()).anyMatch(lost -> lost.contains("adopted"));
    }

    @Test
    void aLostRootLeavesTheAdoptedPagesAllTheSame() throws IOException {
        Files.delete(data(SyntheticResumption.RESUMED).resolve("manifest/root"));
        requireSaved(salvage(), Certainty.COMPLETE);
    }

    @Test
    void lostPagesOfTheOneThatAdoptedCostWhatOnlyTheyTold() throws IOException {
        deleteAll(data(SyntheticResumption.RESUMED).resolve("manifest/0"));
        SalvageReport report = salvage();
        assertThat(report.lost()).isNotEmpty();
        // That the tenth page became zero was written nowhere else.
        assertThat(Files.readAllBytes(work.resolve("target").resolve(TABLE)))
                .as("%s", report)
                .startsWith(java.util.Arrays.copyOf(SyntheticResumption.content(), 9 * SyntheticSet.PAGE_SIZE));
    }
}
