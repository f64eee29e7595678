package io.pgbackup.core.engine;

import static io.pgbackup.error.ErrorCode.FORMAT_UNSUPPORTED;
import static io.pgbackup.error.ErrorCode.OBJECT_MISSING;
import static io.pgbackup.error.ErrorCode.REPOSITORY_DAMAGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.PgBackup;
import io.pgbackup.Repository;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.core.engine.Damaged.Damage;
import io.pgbackup.core.engine.Damaged.Sets;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damages every kind of object in every way: what needs it fails with the right code and changes nothing, what does not need it goes on. */
class DamageServerTest {
    private static final Map<String, ErrorCode> NOTHING = Map.of();

    @TempDir
    static Path work;

    private static Site site;
    private static Repository sound;
    private static Sets sets;

    @BeforeAll
    static void takeBackups() {
        site = Site.start(PostgresVersion.newest(), work);
        // Incompressible, so that there is more than one bundle.
        site.server()
                .execute(
                        "CREATE TABLE t AS SELECT i, md5(i::text) || md5((-i)::text) FROM generate_series(1, 250000) i");
        sound = site.repository();
        try (PgBackup pg = site.initialized(sound)) {
            BackupLabel full = pg.backup(BackupRequest.full().to(sound)).label();
            site.server().execute("CREATE TABLE u AS SELECT i, md5(i::text) FROM generate_series(1, 5000) i");
            BackupLabel incremental =
                    pg.backup(BackupRequest.incremental().to(sound)).label();
            sets = new Sets(
                    full, incremental, pg.backup(BackupRequest.full().to(sound)).label());
        }
    }

    @AfterAll
    static void end() {
        site.close();
    }

    static Stream<Damaged> damages() {
        return Stream.of(records(), manifests(), bundles()).flatMap(List::stream);
    }

    private static Map<String, ErrorCode> chain(ErrorCode code) {
        return Map.of("full", code, "incremental", code);
    }

    private static Map<String, Set<ErrorCode>> found(Map<String, ErrorCode> codes) {
        Map<String, Set<ErrorCode>> found = new HashMap<>();
        codes.forEach((set, code) -> found.put(set, Set.of(code)));
        return found;
    }

    private static Damaged seen(String name, Map<String, ErrorCode> restore, Damage damage) {
        return new Damaged(name, damage, restore, found(restore), true);
    }

    private static Damaged seen(String name, String set, ErrorCode code, Damage damage) {
        return seen(name, Map.of(set, code), damage);
    }

    /** Found by verify, but no restore needs it. */
    private static Damaged harmless(String name, String set, ErrorCode code, boolean byCatalog, Damage damage) {
        return new Damaged(name, damage, NOTHING, Map.of(set, Set.of(code)), byCatalog);
    }

    private static List<Damaged> records() {
        return List.of(
                seen(
                        "commit record flipped",
                        "incremental",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) -> Damaged.flip(Damaged.record(cluster, sets.incremental()), 500)),
                seen(
                        "commit record of the base flipped",
                        chain(REPOSITORY_DAMAGED),
                        (cluster, sets) -> Damaged.flip(Damaged.record(cluster, sets.full()), 990)),
                seen(
                        "commit record truncated to a part of its header",
                        "other",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) -> Files.write(Damaged.record(cluster, sets.other()), new byte[] {1, 2, 3})),
                seen(
                        "commit record truncated",
                        "other",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) -> Damaged.truncate(Damaged.record(cluster, sets.other()))),
                seen(
                        "commit record empty",
                        "other",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) -> Files.write(Damaged.record(cluster, sets.other()), new byte[0])),
                seen(
                        "commit records exchanged",
                        Map.of(
                                "full",
                                REPOSITORY_DAMAGED,
                                "incremental",
                                REPOSITORY_DAMAGED,
                                "other",
                                REPOSITORY_DAMAGED),
                        (cluster, sets) -> Damaged.exchange(
                                Damaged.record(cluster, sets.full()), Damaged.record(cluster, sets.other()))),
                seen(
                        "commit record from the future",
                        "other",
                        FORMAT_UNSUPPORTED,
                        (cluster, sets) -> Damaged.fromTheFuture(Damaged.record(cluster, sets.other()))),
                harmless(
                        "begin flipped",
                        "other",
                        REPOSITORY_DAMAGED,
                        true,
                        (cluster, sets) -> Damaged.flip(Damaged.data(cluster, sets.other(), "begin"), 600)),
                harmless(
                        "begin deleted",
                        "other",
                        OBJECT_MISSING,
                        true,
                        (cluster, sets) -> Files.delete(Damaged.data(cluster, sets.other(), "begin"))),
                harmless(
                        "start flipped",
                        "full",
                        REPOSITORY_DAMAGED,
                        true,
                        (cluster, sets) -> Damaged.flip(Damaged.data(cluster, sets.full(), "start"), 999)),
                harmless(
                        "identity flipped",
                        "",
                        REPOSITORY_DAMAGED,
                        true,
                        (cluster, sets) -> Damaged.flip(cluster.resolve("identity/1"), 700)),
                harmless(
                        "a record under a strange name",
                        "",
                        REPOSITORY_DAMAGED,
                        true,
                        (cluster, sets) ->
                                Files.copy(Damaged.record(cluster, sets.other()), cluster.resolve("backup/copy"))));
    }

    private static List<Damaged> manifests() {
        return List.of(
                seen(
                        "manifest root flipped",
                        chain(REPOSITORY_DAMAGED),
                        (cluster, sets) -> Damaged.flip(Damaged.data(cluster, sets.full(), "manifest/root"), 500)),
                seen(
                        "manifest root truncated",
                        "incremental",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) ->
                                Damaged.truncate(Damaged.data(cluster, sets.incremental(), "manifest/root"))),
                seen(
                        "manifest root deleted",
                        chain(OBJECT_MISSING),
                        (cluster, sets) -> Files.delete(Damaged.data(cluster, sets.full(), "manifest/root"))),
                seen(
                        "manifest root of another set",
                        "other",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) -> Files.write(
                                Damaged.data(cluster, sets.other(), "manifest/root"),
                                Files.readAllBytes(Damaged.data(cluster, sets.full(), "manifest/root")))),
                seen(
                        "manifest page flipped",
                        chain(REPOSITORY_DAMAGED),
                        (cluster, sets) -> Damaged.flip(Damaged.data(cluster, sets.full(), "manifest/0/0"), 300)),
                seen(
                        "manifest page truncated",
                        "other",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) -> Damaged.truncate(Damaged.data(cluster, sets.other(), "manifest/0/0"))),
                seen(
                        "manifest page deleted",
                        "other",
                        OBJECT_MISSING,
                        (cluster, sets) -> Files.delete(Damaged.data(cluster, sets.other(), "manifest/0/0"))),
                seen(
                        "manifest pages exchanged",
                        "other",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) -> Damaged.exchange(
                                Damaged.data(cluster, sets.other(), "manifest/0/0"),
                                Damaged.data(cluster, sets.other(), "manifest/0/1"))),
                seen(
                        "manifest page of another set",
                        "other",
                        REPOSITORY_DAMAGED,
                        (cluster, sets) -> Files.write(
                                Damaged.data(cluster, sets.other(), "manifest/0/1"),
                                Files.readAllBytes(Damaged.data(cluster, sets.full(), "manifest/0/1")))));
    }

    private static Damaged content(String name, Damage damage) {
        // The incremental restores what it can from the full one, which is nearly everything.
        return new Damaged(name, damage, chain(REPOSITORY_DAMAGED), found(chain(REPOSITORY_DAMAGED)), false);
    }

    private static List<Damaged> bundles() {
        return List.of(
                content(
                        "bundle flipped in the middle",
                        (cluster, sets) -> Damaged.flip(Damaged.data(cluster, sets.full(), "bundle/0/0"), 500)),
                new Damaged(
                        "bundles exchanged",
                        (cluster, sets) -> Damaged.exchange(
                                Damaged.data(cluster, sets.full(), "bundle/0/0"),
                                Damaged.data(cluster, sets.full(), "bundle/0/1")),
                        chain(REPOSITORY_DAMAGED),
                        found(chain(REPOSITORY_DAMAGED)),
                        true),
                content(
                        "bundle of another backup of the same number",
                        (cluster, sets) -> Files.write(
                                Damaged.data(cluster, sets.full(), "bundle/0/0"),
                                Files.readAllBytes(Damaged.data(cluster, sets.other(), "bundle/0/0")))),
                new Damaged(
                        "bundle truncated",
                        (cluster, sets) -> Damaged.truncate(Damaged.data(cluster, sets.full(), "bundle/0/0")),
                        chain(REPOSITORY_DAMAGED),
                        found(chain(REPOSITORY_DAMAGED)),
                        true),
                new Damaged(
                        "bundle deleted",
                        (cluster, sets) -> Files.delete(Damaged.data(cluster, sets.full(), "bundle/0/0")),
                        chain(OBJECT_MISSING),
                        found(chain(OBJECT_MISSING)),
                        true),
                new Damaged(
                        "bundle renamed",
                        (cluster, sets) -> Files.move(
                                Damaged.data(cluster, sets.full(), "bundle/0/0"),
                                Damaged.data(cluster, sets.full(), "bundle/0/99")),
                        chain(OBJECT_MISSING),
                        found(chain(OBJECT_MISSING)),
                        true),
                harmless(
                        "bundle flipped at its begin",
                        "full",
                        REPOSITORY_DAMAGED,
                        false,
                        (cluster, sets) -> Damaged.flip(Damaged.data(cluster, sets.full(), "bundle/0/0"), 0)),
                harmless(
                        "bundle flipped at its end",
                        "full",
                        REPOSITORY_DAMAGED,
                        false,
                        (cluster, sets) -> Damaged.flip(Damaged.data(cluster, sets.full(), "bundle/0/0"), 1000)));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void whatNeedsItFailsAndNothingElse(Damaged damaged) throws IOException {
        Path place = site.fresh("damaged");
        Tree.copy(Site.place(sound), place);
        damaged.damage().to(place.resolve("main"), sets);
        Map<String, String> before = Tree.of(place);
        Repository repository = Site.encrypted(place, "damaged");
        try (PgBackup pg =
                PgBackup.of(site.cluster("main")).repository(repository).build()) {
            requireFindings(damaged, pg.verify(repository, VerifyDepth.CONTENT), true);
            requireFindings(damaged, pg.verify(repository, VerifyDepth.CATALOG), damaged.seenByCatalog());
            for (String set : List.of("full", "incremental", "other")) {
                restore(damaged, pg, repository, set);
            }
            List<BackupLabel> listed = pg.info(repository).backups().stream()
                    .map(BackupInfo::label)
                    .toList();
            if (!damaged.restore().containsKey(unaffected(damaged))) {
                assertThat(listed).contains(sets.named(unaffected(damaged)));
            }
        }
        assertThat(Tree.of(place)).isEqualTo(before);
    }

    private static String unaffected(Damaged damaged) {
        return damaged.restore().containsKey("other") ? "full" : "other";
    }

    private static String nameOf(BackupLabel label) {
        return label.equals(sets.full()) ? "full" : label.equals(sets.incremental()) ? "incremental" : "other";
    }

    private static void requireFindings(Damaged damaged, VerifyReport report, boolean expected) {
        Map<String, Set<ErrorCode>> found = new TreeMap<>();
        for (VerifyReport.Finding finding : report.findings()) {
            if (finding.severity() == VerifyReport.Severity.NOTICE) {
                continue;
            }
            List<BackupLabel> concerned =
                    finding.affects().isEmpty() ? finding.label().stream().toList() : finding.affects();
            (concerned.isEmpty() ? Stream.of("") : concerned.stream().map(DamageServerTest::nameOf))
                    .forEach(set ->
                            found.computeIfAbsent(set, key -> new TreeSet<>()).add(finding.code()));
            assertThat(finding.object()).isNotBlank();
            assertThat(finding.message()).isNotBlank();
        }
        if (expected || !report.clean()) {
            assertThat(found).as(report.toString()).isEqualTo(damaged.findings());
        }
    }

    private static void restore(Damaged damaged, PgBackup pg, Repository repository, String set) {
        Path target = site.fresh("target");
        if (damaged.restoreOf(set).isPresent()) {
            assertThatThrownBy(() ->
                            pg.restore(Site.restoreInto(target).from(repository).backup(sets.named(set))))
                    .isInstanceOfSatisfying(PgBackupException.class, failure -> {
                        assertThat(failure.code())
                                .as(failure.toString())
                                .isEqualTo(damaged.restoreOf(set).get());
                        assertThat(failure.hint()).isNotBlank();
                    });
            assertThat(target).doesNotExist();
        } else if (damaged.restore().isEmpty() || set.equals(unaffected(damaged))) {
            // Its verification found nothing; that it starts is proved once, below.
            assertThat(pg.planRestore(Site.restoreInto(target).from(repository).backup(sets.named(set)))
                            .label())
                    .isEqualTo(sets.named(set));
        }
    }

    @Test
    void theOtherBackupStillStarts() throws IOException {
        Path place = site.fresh("damaged");
        Tree.copy(Site.place(sound), place);
        Damaged.flip(Damaged.record(place.resolve("main"), sets.full()), 500);
        Files.delete(Damaged.data(place.resolve("main"), sets.full(), "bundle/0/0"));
        Repository repository = Site.encrypted(place, "damaged");
        try (PgBackup pg =
                PgBackup.of(site.cluster("main")).repository(repository).build()) {
            try (PostgresServer restored = site.restored(pg, repository, sets.other())) {
                assertThat(restored.query("SELECT count(*) FROM t")).isEqualTo("250000");
            }
            // Backups go on: they build upon what is sound.
            assertThat(pg.backup(BackupRequest.incremental().to(repository))
                            .backup()
                            .base())
                    .contains(sets.other());
        }
    }
}
