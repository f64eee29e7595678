package io.pgbackup.core.engine.salvage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.core.engine.backup.StoredChain;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageReport.Certainty;
import io.pgbackup.restore.SalvageReport.SalvagedFile;
import io.pgbackup.restore.SalvageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loses every part of a chain that is not a bundle, and compares what is saved with what there was. */
class SalvageTest {
    private static final int NEWEST = 3;

    @TempDir
    Path work;

    private StoredChain chain;
    private Path target;

    @BeforeEach
    void store() throws IOException {
        chain = StoredChain.in(work.resolve("store"), NEWEST + 1);
        target = work.resolve("target");
    }

    private Path data(int set, String name) {
        return chain.place().resolve("data/" + chain.label(set) + "/" + name);
    }

    private Path record(int set) {
        return chain.place().resolve("backup/" + chain.label(set));
    }

    private SalvageReport salvage() {
        try (PgBackup pg = chain.open()) {
            return pg.salvage(SalvageRequest.of(chain.repository(), chain.label(NEWEST), target));
        }
    }

    /** Every file there was is there and as it was; what is called certain is, and what is not is no more than this. */
    private void requireSaved(SalvageReport report, Set<String> uncertain) throws IOException {
        assertThat(requireSaved(report)).isEqualTo(uncertain);
    }

    private Set<String> requireSaved(SalvageReport report) throws IOException {
        Map<ClusterPath, byte[]> truth = chain.state(NEWEST);
        for (Map.Entry<ClusterPath, byte[]> file : truth.entrySet()) {
            assertThat(Arrays.equals(saved(file.getKey().toString()), file.getValue()))
                    .as("%s in %s", file.getKey(), report)
                    .isTrue();
        }
        Set<String> notProved = new TreeSet<>();
        for (SalvagedFile file : report.files()) {
            if (file.certainty() == Certainty.UNCERTAIN) {
                notProved.add(file.path());
            } else {
                assertThat(truth).containsKey(ClusterPath.of(file.path()));
            }
        }
        assertThat(target.resolve("SALVAGED_BY_PGBACKUP")).content().contains("NOT a proven backup");
        assertThat(target.resolve("global/pg_control")).doesNotExist();
        return notProved;
    }

    private byte[] saved(String path) throws IOException {
        String name = path.equals("global/pg_control") ? path + ".salvaged" : path;
        return Files.readAllBytes(target.resolve(name));
    }

    /** Files that the cluster had removed before the newest set; the sets below still hold them. */
    private Set<String> removed() {
        Set<String> removed = new TreeSet<>();
        for (int set = 0; set < NEWEST; set++) {
            chain.state(set).keySet().stream()
                    .filter(path -> !chain.state(NEWEST).containsKey(path))
                    .forEach(path -> removed.add(path.toString()));
        }
        return removed;
    }

    private Set<String> all() {
        Set<String> all = removed();
        chain.state(NEWEST).keySet().forEach(path -> all.add(path.toString()));
        return all;
    }

    @Test
    void nothingLostIsAllProved() throws IOException {
        SalvageReport report = salvage();
        assertThat(report.lost()).isEmpty();
        assertThat(report.chain()).isEqualTo(chain.labels());
        assertThat(report.chainKnown()).isTrue();
        requireSaved(report, Set.of());
        assertThat(report.count(Certainty.PROVED)).isEqualTo(chain.state(NEWEST).size());
        assertThat(report.files()).hasSize(chain.state(NEWEST).size());
    }

    @Test
    void aLostCommitRecordCostsNothing() throws IOException {
        Files.delete(record(NEWEST));
        SalvageReport report = salvage();
        assertThat(report.chainKnown()).isTrue();
        requireSaved(report, Set.of());
    }

    @Test
    void aDamagedCommitRecordOfTheBaseCostsNothing() throws IOException {
        Files.write(record(0), new byte[100]);
        requireSaved(salvage(), Set.of());
    }

    @Test
    void withoutCommitAndBeginTheChainIsGuessed() throws IOException {
        Files.delete(record(NEWEST));
        Files.delete(data(NEWEST, "begin"));
        SalvageReport report = salvage();
        assertThat(report.chainKnown()).isFalse();
        assertThat(report.chain()).isEqualTo(chain.labels());
        requireSaved(report, Set.of());
    }

    @Test
    void aLostRootLeavesRemovedFilesInDoubt() throws IOException {
        Files.delete(data(NEWEST, "manifest/root"));
        requireSaved(salvage(), removedSinceTheSetBefore());
    }

    /** The set before has its whole manifest, so only what was removed since then is in doubt. */
    private Set<String> removedSinceTheSetBefore() {
        Set<String> removed = new TreeSet<>();
        chain.state(NEWEST - 1).keySet().stream()
                .filter(path -> !chain.state(NEWEST).containsKey(path))
                .forEach(path -> removed.add(path.toString()));
        assertThat(removed).isNotEmpty();
        return removed;
    }

    @Test
    void allRootsLostLeaveNothingToProveByButEverythingIsThere() throws IOException {
        for (int set = 0; set <= NEWEST; set++) {
            Files.delete(data(set, "manifest/root"));
        }
        SalvageReport report = salvage();
        requireSaved(report, removed());
        assertThat(report.count(Certainty.COMPLETE)).isPositive();
    }

    @Test
    void everyPageOfTheNewestSetIsMadeUpForByItsBundles() throws IOException {
        List<Path> pages;
        try (Stream<Path> found = Files.list(data(NEWEST, "manifest/0"))) {
            pages = found.toList();
        }
        assertThat(pages).hasSizeGreaterThan(2);
        int inDoubt = 0;
        for (Path page : pages) {
            byte[] content = Files.readAllBytes(page);
            Files.delete(page);
            target = work.resolve("without-" + page.getFileName());
            SalvageReport report = salvage();
            Set<String> uncertain = requireSaved(report);
            assertThat(uncertain).containsAll(removedSinceTheSetBefore());
            assertThat(uncertain.size()).isLessThan(report.files().size());
            inDoubt += uncertain.size() - removedSinceTheSetBefore().size();
            Files.write(page, content);
        }
        // Each file stands on one page, so each was in doubt once.
        assertThat(inDoubt).isEqualTo(chain.state(NEWEST).size());
    }

    @Test
    void aLostPageOfAnOlderSetIsProvedByTheNewest() throws IOException {
        Files.delete(data(0, "manifest/0/0"));
        Files.delete(data(1, "manifest/root"));
        requireSaved(salvage(), Set.of());
    }

    @Test
    void bundlesAloneGiveBackEveryFile() throws IOException {
        for (int set = 0; set <= NEWEST; set++) {
            deleteAll(data(set, "manifest"));
            Files.delete(data(set, "begin"));
            Files.delete(record(set));
        }
        SalvageReport report = salvage();
        assertThat(report.chainKnown()).isFalse();
        requireSaved(report, all());
    }

    @Test
    void damagedFramesAreNamedAndTheRestIsSaved() throws IOException {
        Files.delete(data(NEWEST, "manifest/root"));
        try (Stream<Path> bundles = Files.list(data(0, "bundle/0"))) {
            for (Path bundle : bundles.toList()) {
                byte[] bytes = Files.readAllBytes(bundle);
                if (Integer.parseInt(bundle.getFileName().toString()) % 3 == 1) {
                    bytes[bytes.length / 3] ^= 1;
                    Files.write(bundle, bytes);
                }
            }
        }
        SalvageReport report = salvage();
        assertThat(report.lost()).anyMatch(lost -> lost.contains("frame"));
        SalvagedFile table = report.files().stream()
                .filter(file -> file.path().equals("base/1/16384"))
                .findFirst()
                .orElseThrow();
        assertThat(table.certainty()).isEqualTo(Certainty.UNCERTAIN);
        assertThat(table.unknownBytes()).isPositive().isLessThan(table.bytes() / 2);
        byte[] truth = chain.state(NEWEST).getOrDefault(ClusterPath.of("base/1/16384"), new byte[0]);
        byte[] saved = saved("base/1/16384");
        assertThat(saved).hasSameSizeAs(truth);
        long different = 0;
        for (int page = 0; page < truth.length; page += 8192) {
            different += Arrays.equals(saved, page, page + 8192, truth, page, page + 8192) ? 0 : 8192;
        }
        assertThat(different).isEqualTo(table.unknownBytes());
    }

    @Test
    void aDirectoryThatIsNotEmptyIsRefused() throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("x"), "mine");
        assertThatThrownBy(this::salvage)
                .isInstanceOfSatisfying(
                        PgBackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_UNUSABLE));
        assertThat(target.resolve("x")).hasContent("mine");
    }

    @Test
    void aLabelOfWhichNothingIsLeftIsRefused() {
        BackupLabel unknown = BackupLabel.parse("20200101-000000F");
        try (PgBackup pg = chain.open()) {
            assertThatThrownBy(() -> pg.salvage(SalvageRequest.of(chain.repository(), unknown, target)))
                    .isInstanceOfSatisfying(
                            PgBackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND));
        }
        assertThat(target).doesNotExist();
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
