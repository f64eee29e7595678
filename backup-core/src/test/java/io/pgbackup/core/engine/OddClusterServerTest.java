package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.Cluster;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters that are not as most are: other WAL segments, no checksums, files whose names are no text. */
class OddClusterServerTest {
    private static final List<String> NAMES = List.of(
            "%FF%FE",
            "caf%C3%A9",
            "cafe%CC%81",
            "a%0Ab",
            "a%09b",
            "a%5Cb",
            "a%3Db%25c",
            "%23hash",
            "%5Bbracket%5D",
            "%20",
            "-rf",
            "%C3%A9dir/%FFfile",
            "n".repeat(255));

    @TempDir
    Path work;

    @Test
    void segmentsOfOneMebibyteWithoutChecksums() {
        requireRestorable(1, false);
    }

    @Test
    @Tag("long")
    void segmentsOfManyMebibytes() {
        requireRestorable(64, true);
        requireRestorable(1024, false);
    }

    private void requireRestorable(int mebibytes, boolean checksums) {
        try (Site site = Site.start(
                PostgresVersion.V17,
                work,
                builder -> builder.walSegmentSize(mebibytes)
                        .checksums(checksums)
                        .setting("min_wal_size", 2 * mebibytes + "MB")
                        .setting("max_wal_size", Math.max(100, 4 * mebibytes) + "MB"))) {
            site.server().execute("CREATE TABLE t AS SELECT i, repeat('x', 500) v FROM generate_series(1, 5000) i");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                pg.backup(BackupRequest.full().to(repository));
                site.server().execute("UPDATE t SET v = 'y' WHERE i % 100 = 0");
                var incremental = pg.backup(BackupRequest.incremental().to(repository));
                assertThat(site.server().query("SHOW data_checksums")).isEqualTo(checksums ? "on" : "off");
                assertThat(incremental.backup().server().segmentSize()).isEqualTo(mebibytes << 20);
                assertThat(incremental.badPages()).isEmpty();
                pg.verify(repository, VerifyDepth.CONTENT).requireClean();
                try (PostgresServer restored = site.restored(pg, repository, incremental.label())) {
                    assertThat(restored.query("SELECT count(*) || '|' || sum(length(v)) FROM t"))
                            .isEqualTo("5000|2475050");
                }
            }
        }
    }

    /** The encoding of file names is fixed when a JVM starts, so each has its own. */
    @Test
    void filesWhoseNamesAreNoTextComeBack() throws Exception {
        try (Site site = Site.start(PostgresVersion.V17, work)) {
            for (String name : NAMES) {
                Path file = below(site.server().dataDirectory(), name);
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.writeString(file, name);
            }
            for (String locale : List.of("C.UTF-8", "POSIX")) {
                Path target = site.fresh("restored");
                run(locale, site, site.fresh("odd"), target);
                for (String name : NAMES) {
                    assertThat(below(target, name)).hasContent(name);
                }
            }
        }
    }

    private static Path below(Path directory, String encoded) {
        String base = directory.toUri().toString();
        return Path.of(URI.create(base + (base.endsWith("/") ? "" : "/") + encoded));
    }

    private static void run(String locale, Site site, Path place, Path target) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OddClusterServerTest.class.getName(),
                site.server().dataDirectory().toString(),
                site.server().jdbcUrl("postgres"),
                place.toString(),
                target.toString());
        builder.environment().put("LC_ALL", locale);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    public static void main(String[] arguments) {
        Repository repository = Site.encrypted(Path.of(arguments[2]), "odd");
        Cluster cluster = Cluster.named("main")
                .at(Path.of(arguments[0]))
                .connectedBy(PgConnection.url(arguments[1]).user("postgres"))
                .build();
        try (PgBackup pg = PgBackup.of(cluster).repository(repository).build()) {
            pg.initialize(repository);
            pg.backup(BackupRequest.full().to(repository));
            var label = pg.backup(BackupRequest.incremental().to(repository)).label();
            pg.verify(repository, VerifyDepth.CONTENT).requireClean();
            pg.restore(Site.restoreInto(Path.of(arguments[3])).from(repository).backup(label));
        }
    }
}
