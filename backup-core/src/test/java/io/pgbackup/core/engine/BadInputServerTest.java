package io.pgbackup.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.PgBackup;
import io.pgbackup.PgConnection;
import io.pgbackup.Repository;
import io.pgbackup.SecretSource;
import io.pgbackup.backup.BackupRequest;
import io.pgbackup.catalog.JobRecord;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.core.engine.FaultyStorageProvider.Faults;
import io.pgbackup.core.testkit.PostgresServer;
import io.pgbackup.core.testkit.PostgresVersion;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.restore.RestoreRequest;
import io.pgbackup.storage.testkit.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user can get wrong: a typed exception with a code and a hint, and nothing is changed. */
class BadInputServerTest {
    @TempDir
    static Path work;

    private static Site site;
    private static Repository sound;
    private static BackupLabel label;

    @BeforeAll
    static void takeBackup() {
        site = Site.start(PostgresVersion.newest(), work);
        site.server()
                .execute(
                        "CREATE TABLESPACE one LOCATION '" + site.serverDirectory("one") + "'",
                        "CREATE TABLESPACE two LOCATION '" + site.serverDirectory("two") + "'",
                        "CREATE TABLE t TABLESPACE one AS SELECT generate_series(1, 100) i");
        sound = site.repository();
        try (PgBackup pg = site.initialized(sound)) {
            label = pg.backup(BackupRequest.full().to(sound)).label();
        }
    }

    @AfterAll
    static void end() {
        site.close();
    }

    private static void refused(ErrorCode code, Runnable operation) {
        var before = Tree.of(Site.place(sound));
        assertThatThrownBy(operation::run).isInstanceOfSatisfying(PgBackupException.class, failure -> {
            assertThat(failure.code()).as(failure.toString()).isEqualTo(code);
            assertThat(failure.hint()).isNotBlank();
            assertThat(failure.getMessage()).isNotBlank();
        });
        assertThat(Tree.of(Site.place(sound))).isEqualTo(before);
    }

    private static PgBackup open(Repository repository) {
        return PgBackup.of(site.cluster("main")).repository(repository).build();
    }

    /** Every verb that opens the repository says the same. */
    private static void everyVerbRefused(ErrorCode code, Repository repository) {
        Path target = site.fresh("target");
        try (PgBackup pg = open(repository)) {
            refused(code, () -> pg.backup(BackupRequest.full().to(repository)));
            refused(code, () -> pg.restore(Site.restoreInto(target).from(repository)));
            refused(code, () -> pg.info(repository));
            refused(code, () -> pg.verify(repository, VerifyDepth.CATALOG));
            assertThat(pg.info().status().code()).isPositive();
            assertThat(pg.check().failures()).isNotEmpty();
        }
        assertThat(target).doesNotExist();
    }

    private static Repository keyed(EncryptionKey key) {
        return Repository.at(sound.location().toString()).encryptedWith(key).build();
    }

    @Test
    void wrongKeys() {
        everyVerbRefused(ErrorCode.WRONG_KEY, keyed(Site.key(Site.hexKey(8))));
        Repository passphrase = keyed(EncryptionKey.fromPassphrase(SecretSource.value("guess".toCharArray())));
        try (PgBackup pg = open(passphrase)) {
            refused(ErrorCode.WRONG_KEY, () -> pg.info(passphrase));
            refused(ErrorCode.WRONG_KEY, () -> pg.initialize(passphrase));
        }
        Repository missing = keyed(EncryptionKey.fromKeyFile(work.resolve("no-such-file")));
        try (PgBackup pg = open(missing)) {
            refused(ErrorCode.SECRET_UNAVAILABLE, () -> pg.info(missing));
        }
        Repository shortKey = keyed(EncryptionKey.fromKey(SecretSource.value("abc".toCharArray())));
        try (PgBackup pg = open(shortKey)) {
            refused(ErrorCode.INVALID_REQUEST, () -> pg.info(shortKey));
        }
    }

    @Test
    void aPassphraseThatIsWrong() {
        Path place = site.fresh("passphrase");
        Repository right = Repository.at("file://" + place)
                .encryptedWith(EncryptionKey.fromPassphrase(SecretSource.value("correct horse".toCharArray())))
                .build();
        Repository wrong = Repository.at("file://" + place)
                .encryptedWith(EncryptionKey.fromPassphrase(SecretSource.value("correct horse ".toCharArray())))
                .build();
        try (PgBackup pg = site.initialized(right);
                PgBackup other = open(wrong)) {
            refused(ErrorCode.WRONG_KEY, () -> other.info(wrong));
            refused(ErrorCode.WRONG_KEY, () -> other.initialize(wrong));
            assertThat(pg.info(right).backups()).isEmpty();
        }
    }

    @Test
    void encryptionThatIsNotTheRepositorys() {
        Repository undeclared =
                Repository.at(sound.location().toString()).unencrypted().build();
        everyVerbRefused(ErrorCode.ENCRYPTION_MISMATCH, undeclared);
        Path place = site.fresh("plain");
        Repository plain = Repository.at("file://" + place).unencrypted().build();
        try (PgBackup pg = site.initialized(plain)) {
            BackupLabel unencrypted = pg.backup(BackupRequest.full().to(plain)).label();
            everyVerbRefused(ErrorCode.ENCRYPTION_MISMATCH, Site.encrypted(place, "keyed"));
            try (PostgresServer restored = restoreElsewhere(pg, unencrypted)) {
                assertThat(restored.query("SELECT count(*) FROM t")).isEqualTo("100");
            }
        }
    }

    private static PostgresServer restoreElsewhere(PgBackup pg, BackupLabel wanted) {
        Path target = site.fresh("target");
        pg.restore(elsewhere(target).backup(wanted));
        return PostgresServer.startOn(site.server().version(), target);
    }

    private static RestoreRequest elsewhere(Path target) {
        return Site.restoreInto(target).tablespace("one", site.fresh("one")).tablespace("two", site.fresh("two"));
    }

    @Test
    void damagedFormatAndKeySlot() throws IOException {
        everyVerbRefused(ErrorCode.REPOSITORY_DAMAGED, changed("format", file -> Damaged.flip(file, 600)));
        everyVerbRefused(ErrorCode.REPOSITORY_DAMAGED, changed("format", Damaged::truncate));
        everyVerbRefused(ErrorCode.REPOSITORY_DAMAGED, changed("format", file -> Files.write(file, new byte[0])));
        everyVerbRefused(ErrorCode.FORMAT_UNSUPPORTED, changed("format", Damaged::fromTheFuture));
        everyVerbRefused(ErrorCode.REPOSITORY_MISSING, changed("format", Files::delete));
        everyVerbRefused(ErrorCode.REPOSITORY_DAMAGED, changed("keys/1/0", file -> Damaged.flip(file, 600)));
        everyVerbRefused(ErrorCode.REPOSITORY_DAMAGED, changed("keys/1/0", Damaged::truncate));
        everyVerbRefused(ErrorCode.FORMAT_UNSUPPORTED, changed("keys/1/0", Damaged::fromTheFuture));
        Repository keyless = changed("keys/1/0", Files::delete);
        everyVerbRefused(ErrorCode.OBJECT_MISSING, keyless);
        try (PgBackup pg = open(keyless)) {
            // A new key beside the old data would hide that the old one is lost.
            refused(ErrorCode.OBJECT_MISSING, () -> pg.initialize(keyless));
        }
        Repository formatless = changed("format", Files::delete);
        try (PgBackup pg = open(formatless)) {
            refused(ErrorCode.REPOSITORY_DAMAGED, () -> pg.initialize(formatless));
        }
    }

    private interface Change {
        void to(Path file) throws IOException;
    }

    private static Repository changed(String object, Change change) throws IOException {
        Path place = site.fresh("changed");
        Tree.copy(Site.place(sound), place);
        change.to(place.resolve(object));
        return Site.encrypted(place, "changed");
    }

    @Test
    void repositoriesThatAreNone() {
        everyVerbRefused(ErrorCode.REPOSITORY_MISSING, site.repository());
        Repository unknown = Repository.at("s3://bucket/path").unencrypted().build();
        try (PgBackup pg = open(unknown)) {
            assertThatThrownBy(() -> pg.info(unknown)).isInstanceOfSatisfying(PgBackupException.class, failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.UNKNOWN_SCHEME);
                assertThat(failure.hint()).contains("io.pgbackup:backup-s3");
            });
        }
        Repository odd = Repository.at("gopher://host/path").unencrypted().build();
        try (PgBackup pg = open(odd)) {
            refused(ErrorCode.UNKNOWN_SCHEME, () -> pg.initialize(odd));
            refused(ErrorCode.INVALID_REQUEST, () -> pg.info(sound));
            refused(
                    ErrorCode.INVALID_REQUEST,
                    () -> pg.backup(BackupRequest.full().to(sound)));
        }
    }

    @Test
    void backupsThatAreNone() {
        try (PgBackup pg = open(sound)) {
            Path target = site.fresh("target");
            BackupLabel unknown = BackupLabel.parse("20010101-000000F");
            refused(
                    ErrorCode.BACKUP_NOT_FOUND,
                    () -> pg.restore(Site.restoreInto(target).from(sound).backup(unknown)));
            refused(
                    ErrorCode.BACKUP_NOT_FOUND,
                    () -> pg.restore(Site.restoreInto(target).backup(unknown)));
            refused(ErrorCode.BACKUP_NOT_FOUND, () -> pg.breakLease(sound, label));
            assertThat(target).doesNotExist();
        }
        Path place = site.fresh("aborted");
        Repository failing = Repository.at("faulty://" + place)
                .with(Faults.planned(storage ->
                        storage.on(Verb.CREATE).matching("**/bundle/**").denied()))
                .encryptedWith(Site.key(Site.KEY))
                .build();
        try (PgBackup pg = site.initialized(failing)) {
            refused(
                    ErrorCode.STORAGE_DENIED,
                    () -> pg.backup(BackupRequest.full().to(failing)));
            JobRecord job = pg.jobs(failing, YearMonth.now(ZoneOffset.UTC)).stream()
                    .filter(record -> record.errorCode().isPresent())
                    .findFirst()
                    .orElseThrow();
            BackupLabel aborted =
                    BackupLabel.parse(Objects.requireNonNull(job.facts().get("label")));
            Path target = site.fresh("target");
            refused(
                    ErrorCode.BACKUP_NOT_FOUND,
                    () -> pg.restore(Site.restoreInto(target).backup(aborted)));
            refused(ErrorCode.BACKUP_NOT_FOUND, () -> pg.restore(Site.restoreInto(target)));
        }
    }

    private static void targetRefused(ErrorCode code, Path root, RestoreRequest request) {
        var before = Tree.of(root);
        try (PgBackup pg = open(sound)) {
            refused(code, () -> pg.planRestore(request.from(sound).backup(label)));
            refused(code, () -> pg.restore(request.from(sound).backup(label)));
        }
        assertThat(Tree.of(root)).isEqualTo(before);
    }

    @Test
    void targetsThatAreTaken() throws IOException {
        Path parent = Files.createDirectory(site.fresh("targets"));
        Path full = Files.createDirectory(parent.resolve("full"));
        Files.writeString(full.resolve("something"), "precious");
        targetRefused(ErrorCode.TARGET_UNUSABLE, parent, elsewhere(full));
        Path killed = Files.createDirectory(parent.resolve("killed"));
        Files.writeString(killed.resolve("postmaster.pid"), "1");
        targetRefused(ErrorCode.TARGET_UNUSABLE, parent, elsewhere(killed));
        Path file = Files.writeString(parent.resolve("file"), "precious");
        targetRefused(ErrorCode.TARGET_UNUSABLE, parent, elsewhere(file));
        targetRefused(ErrorCode.TARGET_UNUSABLE, parent, elsewhere(file.resolve("below")));
        Path dangling = Files.createSymbolicLink(parent.resolve("dangling"), parent.resolve("nowhere"));
        targetRefused(ErrorCode.TARGET_UNUSABLE, parent, elsewhere(dangling));
        try (PgBackup pg = open(sound)) {
            refused(
                    ErrorCode.TARGET_UNUSABLE,
                    () -> pg.restore(elsewhere(site.server().dataDirectory()).from(sound)));
        }
        assertThat(site.server().query("SELECT count(*) FROM t")).isEqualTo("100");
    }

    @Test
    void tablespacesThatAreTaken() throws IOException {
        Path parent = Files.createDirectory(site.fresh("targets"));
        Path target = parent.resolve("data");
        Path full = Files.createDirectory(parent.resolve("full"));
        Files.writeString(full.resolve("something"), "precious");
        RestoreRequest request = Site.restoreInto(target);
        Path free = parent.resolve("free");
        // Where the source's tablespaces are, a server is using them.
        targetRefused(ErrorCode.TARGET_UNUSABLE, parent, request);
        targetRefused(
                ErrorCode.TARGET_UNUSABLE,
                parent,
                request.tablespace("one", full).tablespace("two", free));
        targetRefused(
                ErrorCode.TARGET_UNUSABLE,
                parent,
                request.tablespace("one", free).tablespace("two", free));
        targetRefused(
                ErrorCode.TARGET_UNUSABLE,
                parent,
                request.tablespace("one", target.resolve("inside")).tablespace("two", free));
        targetRefused(
                ErrorCode.TARGET_UNUSABLE,
                parent,
                request.tablespace("one", free.resolve("below")).tablespace("two", free));
        targetRefused(
                ErrorCode.INVALID_REQUEST,
                parent,
                request.tablespace("one", free)
                        .tablespace("two", parent.resolve("b"))
                        .tablespace("three", full));
    }

    @Test
    void theDataDirectoryOfAnotherServer() {
        try (Site stranger = Site.start(PostgresVersion.newest(), work.resolve("stranger"))) {
            Cluster mixed = Cluster.named("main")
                    .at(stranger.server().dataDirectory())
                    .connectedBy(
                            PgConnection.url(site.server().jdbcUrl("postgres")).user("postgres"))
                    .build();
            try (PgBackup pg = PgBackup.of(mixed).repository(sound).build()) {
                refused(
                        ErrorCode.WRONG_CLUSTER,
                        () -> pg.backup(BackupRequest.full().to(sound)));
                assertThat(pg.check().failures()).isNotEmpty();
            }
        }
        Cluster nowhere = Cluster.named("main")
                .at(work.resolve("no-such-directory"))
                .connectedBy(PgConnection.url(site.server().jdbcUrl("postgres")).user("postgres"))
                .build();
        try (PgBackup pg = PgBackup.of(nowhere).repository(sound).build()) {
            refused(
                    ErrorCode.SOURCE_UNREADABLE,
                    () -> pg.backup(BackupRequest.full().to(sound)));
        }
    }

    @Test
    void serversThatAreNone() {
        Cluster serverless = Cluster.named("main").withoutServer();
        try (PgBackup pg = PgBackup.of(serverless).repository(sound).build()) {
            refused(
                    ErrorCode.INVALID_REQUEST,
                    () -> pg.backup(BackupRequest.full().to(sound)));
            refused(ErrorCode.INVALID_REQUEST, () -> pg.initialize(sound));
            assertThat(pg.info(sound).backups()).hasSize(1);
        }
        Cluster silent = Cluster.named("main")
                .at(site.server().dataDirectory())
                .connectedBy(PgConnection.url("jdbc:postgresql://127.0.0.1:1/postgres")
                        .user("postgres"))
                .build();
        try (PgBackup pg = PgBackup.of(silent).repository(sound).build()) {
            refused(
                    ErrorCode.CONNECTION_FAILED,
                    () -> pg.backup(BackupRequest.full().to(sound)));
        }
    }

    @Test
    void tooLittleSpaceInTheRepository() {
        Path place = site.fresh("small");
        Repository roomy = small(place, Long.MAX_VALUE);
        Repository small = small(place, 100_000);
        try (PgBackup pg = site.initialized(roomy)) {
            pg.backup(BackupRequest.full().to(roomy));
        }
        try (PgBackup pg = site.initialized(small)) {
            refused(ErrorCode.NO_SPACE, () -> pg.backup(BackupRequest.full().to(small)));
            assertThat(pg.info(small).unsettled()).isEmpty();
            assertThat(pg.info(small).backups()).hasSize(1);
        }
        Repository local = site.repository();
        try (PgBackup pg = site.initialized(local)) {
            pg.backup(BackupRequest.full().to(local));
            assertThat(pg.jobs(local, YearMonth.now(ZoneOffset.UTC)))
                    .as("a directory tells how much room there is")
                    .anyMatch(job -> job.facts().containsKey("bytesFree"));
        }
    }

    private static Repository small(Path place, long bytes) {
        return Repository.at("faulty://" + place)
                .with(Faults.withFreeBytes(bytes))
                .encryptedWith(Site.key(Site.KEY))
                .build();
    }
}
