package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.backup.BackupResult;
import io.pgbackup.catalog.BackupSizes;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an incremental backup costs when pages of a large table changed at random places: about as much as changed. */
class LargeTableServerTest {
    private static final Logger LOG = LoggerFactory.getLogger(LargeTableServerTest.class);
    private static final String DIGEST =
            "SELECT count(*) || ' ' || sum(n) || ' ' || sum(hashtext(filler)::bigint) FROM large";

    @TempDir
    Path work;

    /** 64 MiB, in every build. */
    @Test
    void anIncrementalCostsWhatChanged() {
        prove(8 * 1024);
    }

    /** 1.1 GiB: more than one segment file. Needs 5 GiB of disk. */
    @Test
    @Tag("long")
    void anIncrementalOfAGibibyteCostsWhatChanged() {
        prove(144 * 1024);
    }

    private void prove(int pages) {
        try (Site site = Site.start(
                PostgresVersion.V17,
                work,
                builder -> builder.setting("fsync", "off").setting("max_wal_size", "4GB"))) {
            PostgresServer server = site.server();
            // Rows of some 800 bytes, a tenth of each page left free: an update stays on its page.
            server.execute(
                    "CREATE TABLE large (n bigint, filler text STORAGE PLAIN) WITH (fillfactor = 90)",
                    "INSERT INTO large SELECT i, (SELECT string_agg(md5(i::text || j), '') FROM generate_series(1, 24) j)"
                            + " FROM generate_series(1, " + 9 * pages + ") i",
                    "VACUUM FREEZE large",
                    "CHECKPOINT");
            Repository repository = site.repository();
            try (PgBackup pg = site.initialized(repository)) {
                BackupResult full = pg.backup(BackupRequest.full().to(repository));
                server.execute("UPDATE large SET n = n + 1 WHERE ctid = ANY (ARRAY("
                        + "SELECT format('(%s,1)', page)::tid FROM generate_series(0, pg_relation_size('large') / 8192 - 1) page"
                        + " WHERE random() < 0.01))");
                String expected = server.query(DIGEST);
                BackupResult incremental = pg.backup(BackupRequest.incremental().to(repository));
                assertCosts(full.backup().sizes(), incremental.backup().sizes());
                try (PostgresServer restored = site.restored(pg, repository, incremental.label())) {
                    assertThat(restored.query(DIGEST)).isEqualTo(expected);
                }
            }
        }
    }

    private static void assertCosts(BackupSizes full, BackupSizes incremental) {
        double stored = (double) incremental.stored() / full.stored();
        double fullManifest = (double) full.manifestStored() / full.cluster();
        double incrementalManifest = (double) incremental.manifestStored() / incremental.stored();
        LOG.info(
                "full: {} bytes, {} stored, manifest {} of the cluster; incremental: {} pages, {} stored, {} of the full, manifest {} of it",
                full.cluster(),
                full.stored(),
                String.format("%.4f %%", 100 * fullManifest),
                incremental.changedPages(),
                incremental.stored(),
                String.format("%.3f %%", 100 * stored),
                String.format("%.2f %%", 100 * incrementalManifest));
        assertThat(stored).as("bytes stored, of those of the full").isLessThan(0.02);
        if (full.pages() > 100_000) {
            assertThat(fullManifest).as("bookkeeping of the full").isLessThan(0.0015);
            assertThat(incrementalManifest).as("bookkeeping of the incremental").isLessThan(0.05);
        }
    }
}
