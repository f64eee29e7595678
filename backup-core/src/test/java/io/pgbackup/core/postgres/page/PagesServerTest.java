package io.pgbackup.core.postgres.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.files.ClusterEntry;
import io.pgbackup.core.postgres.files.ClusterScan;
import io.pgbackup.core.postgres.files.LocalClusterFiles;
import io.pgbackup.core.postgres.files.RelationFileName;
import io.pgbackup.core.postgres.files.ScanOptions;
import io.pgbackup.core.postgres.files.SourceFile;
import io.pgbackup.core.testkit.PostgresAvailability;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PagesServerTest {
    @ParameterizedTest
    @EnumSource
    void everyPageOfALoadedClusterIsGoodAndDamageIsFound(PostgresVersion version) throws IOException {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version).start();
                LocalClusterFiles files = new LocalClusterFiles(server.dataDirectory(), Pause.sleeping())) {
            load(server);
            Map<PageVerdict, Integer> verdicts = verdicts(files);
            assertThat(verdicts.keySet()).isSubsetOf(PageVerdict.OK, PageVerdict.NEW);
            assertThat(verdicts.get(PageVerdict.OK)).isGreaterThan(3000);

            flip(
                    server.dataDirectory()
                            .resolve(String.valueOf(server.query("SELECT pg_relation_filepath('loaded')"))),
                    8192 + 5000);

            assertThat(verdicts(files))
                    .containsEntry(PageVerdict.BAD_CHECKSUM, 1)
                    .doesNotContainKey(PageVerdict.BAD_HEADER);
        }
    }

    @ParameterizedTest
    @CsvSource({"V13", "V18"})
    void withoutChecksumsHeadersAreStillJudged(PostgresVersion version) throws IOException {
        PostgresAvailability.require(version);
        try (PostgresServer server = PostgresServer.of(version).checksums(false).start();
                LocalClusterFiles files = new LocalClusterFiles(server.dataDirectory(), Pause.sleeping())) {
            load(server);
            assertThat(files.readControlFile().checksums()).isFalse();
            assertThat(verdicts(files).keySet()).isSubsetOf(PageVerdict.OK, PageVerdict.NEW);
            Path file = server.dataDirectory()
                    .resolve(String.valueOf(server.query("SELECT pg_relation_filepath('loaded')")));
            flip(file, 8192 + 13);
            assertThat(verdicts(files)).containsEntry(PageVerdict.BAD_HEADER, 1);
        }
    }

    private static void load(PostgresServer server) {
        server.execute(
                "CREATE TABLE loaded AS SELECT n, repeat('x', n % 200) AS t, point(n, n) AS p, ARRAY[n, n + 1] AS a"
                        + " FROM generate_series(1, 30000) AS n",
                "CREATE INDEX ON loaded (n)",
                "CREATE INDEX ON loaded USING hash (n)",
                "CREATE INDEX ON loaded USING gist (p)",
                "CREATE INDEX ON loaded USING spgist (p)",
                "CREATE INDEX ON loaded USING gin (a)",
                "CREATE INDEX ON loaded USING brin (n)",
                "CREATE SEQUENCE counter",
                "DELETE FROM loaded WHERE n % 7 = 0",
                "VACUUM loaded",
                "CHECKPOINT");
    }

    private static void flip(Path file, long position) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
            access.seek(position);
            int value = access.read();
            access.seek(position);
            access.write(value ^ 0x80);
        }
    }

    private static Map<PageVerdict, Integer> verdicts(LocalClusterFiles files) {
        ControlFile control = files.readControlFile();
        PageCheck check = new PageCheck(control.blockSize(), control.checksums());
        Map<PageVerdict, Integer> verdicts = new EnumMap<>(PageVerdict.class);
        try (ClusterScan scan = files.scan(ScanOptions.everything())) {
            for (Optional<ClusterEntry> entry = scan.next(); entry.isPresent(); entry = scan.next()) {
                if (entry.get().paged()) {
                    RelationFileName name = entry.get().relation().orElseThrow().name();
                    files.open(entry.get()).ifPresent(file -> judge(file, name, check, verdicts));
                }
            }
        }
        return verdicts;
    }

    private static void judge(
            SourceFile file, RelationFileName name, PageCheck check, Map<PageVerdict, Integer> verdicts) {
        try (file) {
            byte[] page = new byte[check.pageSize()];
            for (int number = 0;
                    file.read((long) number * page.length, ByteBuffer.wrap(page)) == page.length;
                    number++) {
                int block = name.absoluteBlock(number, 131072);
                PageVerdict verdict = check.check(page, 0, block);
                if (!verdict.good()) {
                    verdict = recheck(file, number, block, check) ? PageVerdict.OK : verdict;
                }
                verdicts.merge(verdict, 1, Integer::sum);
            }
        }
    }

    /** The background writer may be at work even here. */
    private static boolean recheck(SourceFile file, int number, int block, PageCheck check) {
        PageRechecker rechecker = new PageRechecker(check, new Lsn(-1), () -> new Lsn(-1), Pause.sleeping());
        long position = (long) number * check.pageSize();
        return rechecker.recheck(page -> file.read(position, ByteBuffer.wrap(page)), new byte[check.pageSize()], block)
                == RecheckOutcome.GOOD;
    }
}
