package io.pgbackup.core.postgres.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalScanTest {
    private final List<Duration> pauses = new ArrayList<>();
    private DataDirectory data;
    private Path outside;

    @BeforeEach
    void makeCluster(@TempDir Path directory) throws IOException {
        data = new DataDirectory(Files.createDirectory(directory.resolve("data")));
        outside = Files.createDirectory(directory.resolve("outside"));
    }

    @Test
    void entriesComeInOrderAndServerFilesStayOut() throws IOException {
        data.write("base/5/16384", "")
                .write("base/5/16384.1", "")
                .write("base/5/PG_VERSION", "")
                .write("base-x", "");
        data.write("base/5/pg_internal.init.99", "")
                .write("base/pgsql_tmp/x", "")
                .write("pg_notify/0000", "")
                .write("pg_stat_tmp/x", "");
        data.write("pg_wal/000000010000000000000001", "")
                .write("pg_wal/summaries/x", "")
                .write("foo/log/x", "");
        for (String name : List.of(
                "postmaster.pid",
                "postmaster.opts",
                "backup_label",
                "tablespace_map",
                "backup_manifest",
                "standby.signal",
                "recovery.signal",
                "backup_label.old",
                "tablespace_map.old",
                "current_logfiles.tmp",
                "postgresql.auto.conf.tmp",
                ".DS_Store")) {
            data.write(name, "");
        }
        data.write("foo/standby.signal", "");

        assertThat(scan())
                .containsExactly(
                        "FILE PG_VERSION",
                        "DIRECTORY base",
                        "DIRECTORY base/5",
                        "FILE base/5/16384",
                        "FILE base/5/16384.1",
                        "FILE base/5/PG_VERSION",
                        "FILE base-x",
                        "DIRECTORY foo",
                        "DIRECTORY foo/log",
                        "FILE foo/log/x",
                        "FILE foo/standby.signal",
                        "DIRECTORY global",
                        "DIRECTORY pg_notify",
                        "DIRECTORY pg_stat_tmp",
                        "DIRECTORY pg_tblspc",
                        "DIRECTORY pg_wal",
                        "DIRECTORY pg_wal/archive_status",
                        "DIRECTORY pg_wal/summaries");
    }

    @Test
    void lostRelationsStayOut() throws IOException {
        for (String name : List.of("1", "1_init", "1_fsm", "1.1", "2", "2_vm", "3_init.1", "3", "t3_9", "t3_9_fsm")) {
            data.write("base/5/" + name, "").write("base/odd/" + name, "");
        }
        assertThat(scan())
                .contains(
                        "FILE base/5/1_init",
                        "FILE base/5/2",
                        "FILE base/5/2_vm",
                        "FILE base/odd/1",
                        "FILE base/odd/t3_9")
                .doesNotContain(
                        "FILE base/5/1",
                        "FILE base/5/1_fsm",
                        "FILE base/5/1.1",
                        "FILE base/5/t3_9",
                        "FILE base/5/t3_9_fsm");
    }

    @Test
    void tablespacesAreFollowedAndOnlyOurVersionTaken() throws IOException {
        Path target = Files.createDirectories(outside.resolve("ts1"));
        Files.createDirectories(target.resolve(DataDirectory.VERSION + "/5"));
        Files.createDirectories(target.resolve("PG_16_202307071/5"));
        Files.writeString(target.resolve(DataDirectory.VERSION + "/5/16400"), "x");
        Files.writeString(target.resolve("stray"), "x");
        Files.createSymbolicLink(data.path().resolve("pg_tblspc/16390"), target);
        data.write("pg_tblspc/16391/" + DataDirectory.VERSION + "/5/16401", "")
                .write("pg_tblspc/16391/PG_16_1/5/16401", "");

        List<ClusterEntry> entries = entries(ScanOptions.everything());

        assertThat(entries)
                .extracting(ClusterEntry::toString)
                .containsSubsequence(
                        "TABLESPACE_LINK pg_tblspc/16390",
                        "DIRECTORY pg_tblspc/16390/PG_17_202406281",
                        "DIRECTORY pg_tblspc/16390/PG_17_202406281/5",
                        "FILE pg_tblspc/16390/PG_17_202406281/5/16400",
                        "DIRECTORY pg_tblspc/16391",
                        "FILE pg_tblspc/16391/PG_17_202406281/5/16401")
                .noneMatch(text -> text.contains("PG_16") || text.contains("stray"));
        ClusterEntry link = entries.stream()
                .filter(e -> e.linkTarget().isPresent())
                .findFirst()
                .orElseThrow();
        assertThat(link.linkTarget()).contains(TablespaceLocation.of(target.toString()));
        ClusterEntry file = entries.stream()
                .filter(e -> e.path().name().equals("16400"))
                .findFirst()
                .orElseThrow();
        assertThat(file.relation().orElseThrow().tablespace()).isEqualTo(16390);
        assertThat(file.size()).isEqualTo(1);
        try (LocalClusterFiles files = files();
                SourceFile open = files.open(file).orElseThrow()) {
            assertThat(open.read(0, ByteBuffer.allocate(10))).isEqualTo(1);
        }
    }

    @Test
    void brokenTablespaceIsAnErrorAfterSomePatience() throws IOException {
        Files.createSymbolicLink(data.path().resolve("pg_tblspc/16390"), outside.resolve("nowhere"));
        assertThat(scanFailure().getMessage()).contains("pg_tblspc/16390", "nowhere");
        assertThat(pauses).hasSize(5);
        Files.createDirectories(outside.resolve("nowhere/PG_16_202307071"));
        assertThat(scanFailure().code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    }

    @Test
    void tablespaceInsideTheDataDirectoryIsWalkedOnce() throws IOException {
        data.write("inside/" + DataDirectory.VERSION + "/5/1", "").write("inside10/x", "");
        Files.createSymbolicLink(
                data.path().resolve("pg_tblspc/16390"), data.path().resolve("inside"));
        assertThat(scan())
                .contains("FILE pg_tblspc/16390/PG_17_202406281/5/1", "FILE inside10/x")
                .noneMatch(text -> text.contains("inside/") || text.endsWith(" inside"));
    }

    @Test
    void linksAreFollowedOnlyWhereTheServerDoes() throws IOException {
        Files.delete(data.path().resolve("pg_wal"));
        Files.createSymbolicLink(data.path().resolve("pg_wal"), Files.createDirectory(outside.resolve("wal")));
        Files.createSymbolicLink(data.path().resolve("pg_replslot"), Files.createDirectory(outside.resolve("slots")));
        Files.writeString(outside.resolve("wal/000000010000000000000002"), "x");
        Files.writeString(outside.resolve("wal/other"), "x");
        assertThat(scan()).contains("DIRECTORY pg_wal", "DIRECTORY pg_wal/summaries", "DIRECTORY pg_replslot");
        try (LocalClusterFiles files = files()) {
            assertThat(files.listWal()).containsExactly(WalFileName.parse("000000010000000000000002"));
            assertThat(files.openWal(WalFileName.parse("000000010000000000000003")))
                    .isEmpty();
        }

        Files.createSymbolicLink(data.path().resolve("pg_tblspc/elsewhere"), outside);
        assertThat(scanFailure().getMessage()).contains("pg_tblspc/elsewhere", "symbolic link");
        Files.delete(data.path().resolve("pg_tblspc/elsewhere"));
        Files.createSymbolicLink(data.path().resolve("postgresql.conf"), outside.resolve("gone"));
        assertThat(scanFailure().getMessage()).contains("postgresql.conf");
        assertThat(entries(new ScanOptions(List.of(ExcludePattern.parse("postgresql.con?")))))
                .isNotEmpty();
    }

    @Test
    void pipesAreNotedAndLeftOut() throws Exception {
        Process process =
                new ProcessBuilder("mkfifo", data.path().resolve("pipe").toString()).start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        try (LocalClusterFiles files = files();
                ClusterScan scan = files.scan(ScanOptions.everything())) {
            scan.forEachRemaining(entry -> assertThat(entry.path().name()).isNotEqualTo("pipe"));
            assertThat(scan.notes()).singleElement().extracting(ScanNote::path).isEqualTo(ClusterPath.of("pipe"));
        }
    }

    @Test
    void declaredExcludesStayOut() throws IOException {
        data.write("log/a", "").write("foo/log/a", "").write("core.1", "").write("dump/x/y", "");
        List<ExcludePattern> patterns =
                List.of(ExcludePattern.parse("log/"), ExcludePattern.parse("core.*"), ExcludePattern.parse("dump"));
        assertThat(entries(new ScanOptions(patterns)))
                .extracting(ClusterEntry::toString)
                .contains("DIRECTORY log", "FILE foo/log/a")
                .noneMatch(text -> text.contains("FILE log/") || text.contains("core.1") || text.contains("dump"));
    }

    @Test
    void vanishingFilesDoNotDisturbTheirNeighbours() throws IOException {
        data.write("a/1", "").write("a/2", "").write("a/3", "").write("b/1", "");
        List<String> seen = new ArrayList<>();
        try (LocalClusterFiles files = files();
                ClusterScan scan = files.scan(ScanOptions.everything())) {
            for (Optional<ClusterEntry> entry = scan.next(); entry.isPresent(); entry = scan.next()) {
                seen.add(entry.get().path().toString());
                if (entry.get().path().equals(ClusterPath.of("a/1"))) {
                    assertThat(files.open(entry.get())).isPresent().hasValueSatisfying(SourceFile::close);
                    Files.delete(data.path().resolve("a/1"));
                    Files.delete(data.path().resolve("a/2"));
                    Files.delete(data.path().resolve("b/1"));
                    Files.delete(data.path().resolve("b"));
                    assertThat(files.open(entry.get())).isEmpty();
                }
            }
        }
        assertThat(seen).contains("a", "a/1", "a/3").doesNotContain("a/2", "b", "b/1");
    }

    @Test
    void readsEndOnlyAtTheEndOfTheFileAndFailLoudly() throws IOException {
        data.write("file", "0123456789");
        try (LocalClusterFiles files = files()) {
            ClusterEntry entry = entries(ScanOptions.everything()).stream()
                    .filter(e -> e.path().name().equals("file"))
                    .findFirst()
                    .orElseThrow();
            SourceFile file = files.open(entry).orElseThrow();
            ByteBuffer buffer = ByteBuffer.allocateDirect(6);
            assertThat(file.read(2, buffer)).isEqualTo(6);
            assertThat(file.read(7, buffer.clear())).isEqualTo(3);
            assertThat(file.read(10, buffer.clear())).isZero();
            assertThat(file.read(99, buffer.clear())).isZero();
            assertThat(file.size()).isEqualTo(10);
            file.close();
            file.close();
            assertThat(catchThrowableOfType(ClusterException.class, () -> file.read(0, buffer.clear()))
                            .code())
                    .isEqualTo(ErrorCode.SOURCE_UNREADABLE);
            Thread.currentThread().interrupt();
            try (SourceFile again = files.open(entry).orElseThrow()) {
                assertThat(catchThrowableOfType(OperationCancelledException.class, () -> again.read(0, buffer.clear())))
                        .isNotNull();
            }
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private ClusterException scanFailure() {
        return catchThrowableOfType(ClusterException.class, () -> entries(ScanOptions.everything()));
    }

    private List<String> scan() {
        return entries(ScanOptions.everything()).stream()
                .map(ClusterEntry::toString)
                .toList();
    }

    private List<ClusterEntry> entries(ScanOptions options) {
        List<ClusterEntry> entries = new ArrayList<>();
        try (LocalClusterFiles files = files();
                ClusterScan scan = files.scan(options)) {
            scan.forEachRemaining(entries::add);
        }
        assertThat(entries).extracting(ClusterEntry::path).isSorted();
        return entries;
    }

    private LocalClusterFiles files() {
        return new LocalClusterFiles(data.path(), pauses::add);
    }
}
