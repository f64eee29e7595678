package io.pgbackup.core.block.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pgbackup.Lsn;
import io.pgbackup.core.manifest.UnitRuns;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.files.RelationFile;
import io.pgbackup.core.postgres.page.PageCheck;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import io.pgbackup.core.postgres.wal.record.WalDirectory;
import io.pgbackup.core.postgres.wal.record.WalScanner;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresServerBuilder;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.core.testkit.VariedLoad;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Two truths that know nothing of this reader: the server's own summaries, and the pages themselves. */
class ChangesServerTest {
    private static final int PAGE = 8192;

    private static PostgresServerBuilder server(PostgresVersion version) {
        PostgresAvailability.require(version);
        return PostgresServer.of(version)
                .setting("wal_keep_size", "1GB")
                .setting("autovacuum", "off")
                .setting("max_prepared_transactions", "5");
    }

    private static ChangeSet changes(PostgresServer server, Lsn from, Lsn to) throws IOException {
        WalDirectory wal = WalDirectory.of(server);
        List<WalFileName> segments = wal.segmentsUpTo(to);
        ChangeSet changes = new ChangeSet();
        ChangeCollector collector = new ChangeCollector(changes);
        WalScanner scanner = new WalScanner(wal.layout(), segments.get(0).start(wal.size()), record -> {
            if (record.start().compareTo(from) >= 0 && record.start().compareTo(to) < 0) {
                collector.add(record);
            }
        });
        wal.scan(segments, to, scanner);
        assertThat(wal.layout().next(scanner.soundEnd())).isEqualTo(to);
        return changes;
    }

    @ParameterizedTest
    @EnumSource(names = {"V17", "V18"})
    void serverSummarisesTheSame(PostgresVersion version) throws IOException {
        try (PostgresServer server =
                server(version).walSegmentSize(1).setting("summarize_wal", "on").start()) {
            VariedLoad load = new VariedLoad(server);
            load.prepare();
            for (int round = 0; round < 3; round++) {
                load.round();
                server.execute("CHECKPOINT");
            }
            Lsn redo = redo(server);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Lsn.parse(String.valueOf(
                                            server.query("SELECT max(end_lsn) FROM pg_available_wal_summaries()")))
                                    .compareTo(redo)
                            >= 0);
            int forks = 0;
            for (List<String> file : server.queryRows(
                    "postgres",
                    "SELECT start_lsn, end_lsn, tli FROM pg_available_wal_summaries() ORDER BY start_lsn")) {
                Lsn start = Lsn.parse(file.get(0));
                Lsn end = Lsn.parse(file.get(1));
                Map<String, TreeSet<String>> theirs = new TreeMap<>();
                server.queryRows(
                                "postgres",
                                "SELECT reltablespace::int8, reldatabase::int8, relfilenode::int8, relforknumber,"
                                        + " relblocknumber, is_limit_block FROM pg_wal_summary_contents("
                                        + file.get(2) + ", '" + start + "', '" + end + "')")
                        .forEach(row -> theirs.computeIfAbsent(
                                        String.join("/", row.subList(0, 4)), absent -> new TreeSet<>())
                                .add((row.get(5).equals("t") ? "limit " : "") + row.get(4)));
                theirs.keySet().removeIf(fork -> fork.endsWith("/2"));
                theirs.values().forEach(ChangesServerTest::leaveOutWhatIsBehindTheLimit);
                assertThat(differences(described(changes(server, start, end)), theirs))
                        .as("from %s to %s", start, end)
                        .isEmpty();
                forks += theirs.size();
            }
            assertThat(forks).isGreaterThan(500);
        }
    }

    /** The server keeps these pages, though they are read in any case. */
    private static void leaveOutWhatIsBehindTheLimit(TreeSet<String> words) {
        words.stream().filter(word -> word.startsWith("limit")).findFirst().ifPresent(word -> {
            long limit = Long.parseLong(word.substring("limit ".length()));
            words.removeIf(block -> !block.equals(word) && Long.parseLong(block) >= limit);
        });
    }

    private static List<String> differences(Map<String, TreeSet<String>> ours, Map<String, TreeSet<String>> theirs) {
        TreeSet<String> forks = new TreeSet<>(ours.keySet());
        forks.addAll(theirs.keySet());
        return forks.stream()
                .filter(fork -> !Objects.equals(ours.get(fork), theirs.get(fork)))
                .map(fork -> fork + " ours " + ours.get(fork) + " theirs " + theirs.get(fork))
                .toList();
    }

    private static Map<String, TreeSet<String>> described(ChangeSet changes) {
        Map<String, TreeSet<String>> described = new TreeMap<>();
        changes.forks().forEach((fork, of) -> {
            TreeSet<String> words = new TreeSet<>();
            of.limit().ifPresent(limit -> words.add("limit " + limit));
            of.blocks().forEach(block -> words.add(Long.toString(block)));
            described.put(
                    fork.tablespace() + "/" + fork.database() + "/" + fork.fileNode() + "/"
                            + fork.fork().ordinal(),
                    words);
        });
        return described;
    }

    private static Lsn redo(PostgresServer server) {
        return Lsn.parse(String.valueOf(server.query("SELECT redo_lsn FROM pg_control_checkpoint()")));
    }

    /** Without checksums hints are not logged: pages may differ then, but only in hints, and their position in the log is the same. */
    @ParameterizedTest
    @CsvSource({
        "V13,true,16",
        "V14,true,1",
        "V15,true,64",
        "V16,true,16",
        "V17,true,16",
        "V18,true,16",
        "V14,false,16",
        "V18,false,1"
    })
    void everyChangedPageIsFound(PostgresVersion version, boolean checksums, int segment) throws IOException {
        try (PostgresServer server =
                server(version).checksums(checksums).walSegmentSize(segment).start()) {
            VariedLoad load = new VariedLoad(server);
            load.prepare();
            load.round();
            server.execute("CHECKPOINT");
            Lsn from = redo(server);
            Map<String, byte[]> before = files(server.dataDirectory());
            load.round();
            load.round();
            server.execute("CHECKPOINT");
            Lsn to = redo(server);
            Map<String, byte[]> after = files(server.dataDirectory());
            Comparison comparison = new Comparison(changes(server, from, to), from);
            after.forEach((path, bytes) -> comparison.add(path, before.get(path), bytes));
            assertThat(comparison.lost).isEmpty();
            Comparison blind = new Comparison(new ChangeSet(), from);
            after.forEach((path, bytes) -> blind.add(path, before.get(path), bytes));
            assertThat(blind.lost).as("what would be lost without the log").hasSizeGreaterThan(100);
            assertThat(comparison.unchanged).isGreaterThan(200);
            assertThat(comparison.partly).isGreaterThan(5);
            // SP-GiST keeps a cache on its first page, unlogged.
            assertThat(comparison.unlogged).isLessThan(checksums ? 3 : 400);
        }
    }

    private static Map<String, byte[]> files(Path data) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(data, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String path = data.relativize(file).toString();
                if (RelationFile.of(ClusterPath.of(path)).isPresent()) {
                    files.put(path, Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    /** Puts each file together from what it was and what is to be read, and compares. */
    private static final class Comparison {
        final List<String> lost = new java.util.ArrayList<>();
        int unlogged;
        int unchanged;
        int partly;
        private final ChangeSet changes;
        private final Lsn from;

        Comparison(ChangeSet changes, Lsn from) {
            this.changes = changes;
            this.from = from;
        }

        void add(String path, byte @Nullable [] before, byte[] after) {
            RelationFile relation = RelationFile.of(ClusterPath.of(path)).orElseThrow();
            if (before == null || relation.name().fork() != Fork.MAIN) {
                return;
            }
            if (isUnlogged(relation)) {
                return;
            }
            FileDecision decision = FileDecision.of(
                    changes, new FileDecision.Sizes(relation, after.length / PAGE, before.length / PAGE, 131_072));
            if (decision.whole()) {
                return;
            }
            unchanged += decision.unchanged() ? 1 : 0;
            partly += decision.unchanged() ? 0 : 1;
            boolean[] read = new boolean[after.length / PAGE];
            UnitRuns pages = decision.pages();
            pages.forEach((first, count) -> Arrays.fill(read, first, first + count, true));
            for (int page = 0; page < read.length; page++) {
                int at = page * PAGE;
                if (!read[page] && !Arrays.equals(before, at, at + PAGE, after, at, at + PAGE)) {
                    Lsn lsn = PageCheck.lsn(after, at);
                    boolean sameLsn = lsn.equals(PageCheck.lsn(before, at));
                    if (sameLsn && lsn.compareTo(from) < 0) {
                        unlogged++;
                    } else {
                        lost.add(path + " page " + page + " of " + lsn);
                    }
                }
            }
        }

        private boolean isUnlogged(RelationFile relation) {
            return changes.find(new RelationFork(
                            relation.tablespace(),
                            relation.database(),
                            relation.name().fileNode(),
                            Fork.INIT))
                    .isPresent();
        }
    }
}
