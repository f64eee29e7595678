package io.pgbackup.core.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgbackup.BackupLabel;
import io.pgbackup.CancellationToken;
import io.pgbackup.OperationOptions;
import io.pgbackup.PgBackup;
import io.pgbackup.catalog.BackupInfo;
import io.pgbackup.catalog.VerifyDepth;
import io.pgbackup.catalog.VerifyReport;
import io.pgbackup.catalog.VerifyReport.Finding;
import io.pgbackup.catalog.VerifyReport.Severity;
import io.pgbackup.catalog.VerifyRequest;
import io.pgbackup.core.engine.backup.StoredChain;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.event.OperationListener;
import io.pgbackup.event.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verification of a chain without a server: which sets are looked at, what is remembered, and whom a finding concerns. */
class VerifyChainTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    Path work;

    private StoredChain chain;

    @BeforeEach
    void store() throws IOException {
        chain = StoredChain.in(work.resolve("store"), 5);
    }

    private VerifyRequest everything() {
        return VerifyRequest.of(chain.repository());
    }

    private VerifyReport verify(VerifyRequest request) {
        try (PgBackup pg = chain.open()) {
            return pg.verify(request);
        }
    }

    @Test
    void whatManySetsNeedIsReadOnce() throws IOException {
        long stored = 0;
        for (BackupLabel label : chain.labels()) {
            try (var bundles = Files.list(chain.place().resolve("data/" + label + "/bundle/0"))) {
                for (Path bundle : bundles.toList()) {
                    stored += Files.size(bundle);
                }
            }
        }
        VerifyReport report = verify(everything()).requireClean();
        assertThat(report.findings()).isEmpty();
        assertThat(report.verified()).isEqualTo(chain.labels());
        // Joined ranges read over small gaps; reading the full set again for each of the four others would be five
        // times as much.
        assertThat(report.bytesRead()).isBetween(stored * 9 / 10, stored * 3 / 2);
    }

    @Test
    void aDamagedFrameConcernsEverySetThatBuildsUponIt() throws IOException {
        flip(chain.place().resolve("data/" + chain.label(1) + "/bundle/0/0"), 0.3);
        VerifyReport report = verify(everything());
        assertThat(report.clean()).isFalse();
        assertThat(report.findings()).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
            assertThat(finding.code()).isEqualTo(ErrorCode.REPOSITORY_DAMAGED);
            assertThat(finding.label()).contains(chain.label(1));
            assertThat(finding.object()).endsWith("data/" + chain.label(1) + "/bundle/0/0");
            assertThat(finding.path()).isPresent();
            assertThat(finding.affects())
                    .isEqualTo(chain.labels().subList(1, chain.labels().size()));
        });
        assertThat(verify(everything().depth(VerifyDepth.CATALOG)).clean()).isTrue();
    }

    @Test
    void aLostManifestIsOneFindingThatNamesAllItConcerns() throws IOException {
        Files.delete(chain.place().resolve("data/" + chain.label(0) + "/manifest/0/0"));
        VerifyReport report = verify(everything());
        assertThat(report.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(ErrorCode.OBJECT_MISSING);
            assertThat(finding.object()).endsWith("manifest/0/0");
            assertThat(finding.affects()).isEqualTo(chain.labels());
        });
    }

    @Test
    void oneSetIsVerifiedWithWhatItBuildsUpon() {
        VerifyReport report = verify(everything().only(chain.label(2)));
        assertThat(report.verified()).isEqualTo(chain.labels().subList(0, 3));
        BackupLabel unknown = BackupLabel.parse("20200101-000000F");
        assertThatThrownBy(() -> verify(everything().only(unknown)))
                .isInstanceOfSatisfying(
                        RepositoryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_NOT_FOUND));
    }

    @Test
    void whatWasVerifiedNotLongAgoIsSkipped() {
        VerifyReport first = verify(everything().only(chain.label(1)).notVerifiedFor(HOUR));
        assertThat(first.verified()).hasSize(2);
        VerifyReport second = verify(everything().notVerifiedFor(HOUR));
        assertThat(second.skipped()).isEqualTo(chain.labels().subList(0, 2));
        assertThat(second.verified())
                .isEqualTo(chain.labels().subList(2, chain.labels().size()));
        assertThat(verify(everything().notVerifiedFor(HOUR)).verified()).isEmpty();
        assertThat(verify(everything().notVerifiedFor(Duration.ofNanos(1))).skipped())
                .isEmpty();
    }

    @Test
    void lessDepthDoesNotCountForMore() {
        verify(everything().depth(VerifyDepth.CATALOG));
        assertThat(verify(everything().sampling(0.1).notVerifiedFor(HOUR)).skipped())
                .isEmpty();
        assertThat(verify(everything().notVerifiedFor(HOUR)).skipped()).isEmpty();
        assertThat(verify(everything().depth(VerifyDepth.CATALOG).notVerifiedFor(HOUR))
                        .verified())
                .isEmpty();
    }

    /** What an expire that is through with them leaves: nothing. */
    @Test
    void aChainThatIsRemovedMeanwhileIsNoDamage() {
        OperationListener expire = new OperationListener() {
            private boolean done;

            @Override
            public void progress(Progress progress) {
                if (!done && progress.phase().contains(chain.label(3).toString())) {
                    done = true;
                    removeAll();
                }
            }
        };
        try (PgBackup pg = chain.open()) {
            VerifyReport report =
                    pg.with(OperationOptions.none().listener(expire)).verify(everything());
            assertThat(report.verified()).isEqualTo(chain.labels().subList(0, 3));
            assertThat(report.findings()).isEmpty();
        }
    }

    private void removeAll() {
        try (Stream<Path> all = Files.walk(chain.place())) {
            for (Path path : all.filter(Files::isRegularFile)
                    .filter(file -> chain.labels().stream()
                            .anyMatch(label -> file.toString().contains("/" + label)))
                    .toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDamagedSetIsVerifiedAgainAndAgain() throws IOException {
        flip(chain.place().resolve("data/" + chain.label(2) + "/bundle/0/0"), 0.3);
        verify(everything());
        VerifyReport again = verify(everything().notVerifiedFor(HOUR));
        assertThat(again.skipped()).isEqualTo(chain.labels().subList(0, 2));
        assertThat(again.clean()).isFalse();
    }

    @Test
    void aForgedRecordOfAVerificationDoesNotCount() throws IOException {
        verify(everything().depth(VerifyDepth.CATALOG));
        Path records = chain.place().resolve("verify/" + chain.label(0));
        try (var files = Files.list(records)) {
            Path record = files.findFirst().orElseThrow();
            String name = record.getFileName().toString();
            Files.move(record, records.resolve(name.replace("catalog", "content")));
        }
        assertThat(verify(everything().notVerifiedFor(HOUR)).verified()).contains(chain.label(0));
    }

    @Test
    void anInterruptedVerificationIsTakenUpAgain() {
        CancellationToken stop = new CancellationToken();
        OperationListener atTheFourth = new OperationListener() {
            @Override
            public void progress(Progress progress) {
                if (progress.phase().contains(chain.label(3).toString())) {
                    stop.cancel();
                }
            }
        };
        try (PgBackup pg = chain.open()) {
            assertThatThrownBy(() -> pg.with(OperationOptions.none()
                                    .listener(atTheFourth)
                                    .cancellation(stop))
                            .verify(everything()))
                    .isInstanceOf(OperationCancelledException.class);
        }
        VerifyReport rest = verify(everything().notVerifiedFor(HOUR));
        assertThat(rest.skipped()).isEqualTo(chain.labels().subList(0, 3));
        assertThat(rest.verified())
                .isEqualTo(chain.labels().subList(3, chain.labels().size()));
    }

    @Test
    void aSampleReadsItsShareAndTheSameSeedTheSame() {
        long whole = verify(everything()).bytesRead();
        long sampled = verify(everything().sampling(0.3).seed(7)).bytesRead();
        assertThat(sampled).isPositive().isLessThan(whole);
        assertThat(verify(everything().sampling(0.3).seed(7)).bytesRead()).isEqualTo(sampled);
        assertThat(verify(everything().sampling(1)).bytesRead()).isEqualTo(whole);
        assertThat(verify(everything().samplingBytes(1).seed(7)).bytesRead()).isLessThan(whole / 2);
    }

    @Test
    void samplesRepeatedFindADamagedFrameInTheEnd() throws IOException {
        flip(chain.place().resolve("data/" + chain.label(0) + "/bundle/0/0"), 0.5);
        boolean found = false;
        for (int seed = 0; seed < 60 && !found; seed++) {
            found = !verify(everything().sampling(0.2).seed(seed)).clean();
        }
        assertThat(found).isTrue();
    }

    @Test
    void infoTellsWhenAndHowDeepASetWasVerified() throws IOException {
        flip(chain.place().resolve("data/" + chain.label(4) + "/bundle/0/0"), 0.3);
        verify(everything().depth(VerifyDepth.CATALOG));
        verify(everything());
        try (PgBackup pg = chain.open()) {
            List<BackupInfo> backups = pg.info(chain.repository()).backups();
            assertThat(backups.get(0).verifications())
                    .extracting(done -> done.depth() + " " + done.clean())
                    .containsExactlyInAnyOrder("CATALOG true", "CONTENT true");
            assertThat(backups.get(4).verifications())
                    .extracting(done -> done.depth() + " " + done.clean())
                    .containsExactlyInAnyOrder("CATALOG true", "CONTENT false");
            assertThat(pg.info().toTable()).contains("verified (content)", "with findings");
            assertThat(pg.info().toJson()).contains("\"verifications\"");
        }
    }

    @Test
    void aStoreThatCannotBeReadIsNoDamage() throws IOException {
        Path bundle = chain.place().resolve("data/" + chain.label(1) + "/bundle/0/0");
        Files.delete(bundle);
        Files.createSymbolicLink(bundle, bundle);
        assertThatThrownBy(() -> verify(everything()))
                .isInstanceOfSatisfying(
                        PgBackupException.class,
                        e -> assertThat(e.code().name()).startsWith("STORAGE_"));
    }

    @Test
    void whatDoesNotBelongHereIsWorthANotice() throws IOException {
        Path data = chain.place().resolve("data");
        Files.createDirectories(data.resolve("20200101-000000F/bundle/0"));
        Files.write(data.resolve("20200101-000000F/bundle/0/0"), new byte[10]);
        Files.writeString(data.resolve(chain.label(0) + "/bundle/0/900"), "?");
        Files.writeString(data.resolve("notes"), "?");
        Files.createDirectories(chain.place().resolve("attic"));
        Files.writeString(chain.place().resolve("attic/x"), "?");
        VerifyReport report = verify(everything().depth(VerifyDepth.CATALOG));
        assertThat(report.clean()).isTrue();
        assertThat(report.findings())
                .extracting(Finding::object)
                .containsExactlyInAnyOrder(
                        "model/data/20200101-000000F",
                        "model/data/" + chain.label(0) + "/bundle/0/900",
                        "model/data/notes",
                        "model/attic");
        assertThat(report.findings())
                .allSatisfy(finding -> assertThat(finding.code()).isEqualTo(ErrorCode.OBJECT_UNKNOWN));
    }

    @Test
    void aSetOfWhichOnlyTheRecordIsLeftIsLost() throws IOException {
        Path data = chain.place().resolve("data/" + chain.label(4));
        try (var all = Files.walk(data)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        assertThat(verify(everything().depth(VerifyDepth.CATALOG)).findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.DAMAGE);
                    assertThat(finding.affects()).containsExactly(chain.label(4));
                });
    }

    @Test
    void whatWasInterruptedLongAgoIsWorthANotice() throws IOException {
        Path begin = chain.place().resolve("data/20200101-000000F/begin");
        Files.createDirectories(begin.getParent());
        Files.copy(chain.place().resolve("data/" + chain.label(0) + "/begin"), begin);
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(3)));
        Files.setLastModifiedTime(begin, longAgo);
        assertThat(verify(everything().depth(VerifyDepth.CATALOG)).findings()).isEmpty();
        try (var leases = Files.list(chain.place().resolve("lease"))) {
            for (Path lease : leases.toList()) {
                Files.setLastModifiedTime(lease, longAgo);
            }
        }
        assertThat(verify(everything().depth(VerifyDepth.CATALOG)).findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.NOTICE);
                    assertThat(finding.code()).isEqualTo(ErrorCode.LEFT_BEHIND);
                });
    }

    private static void flip(Path file, double where) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) (bytes.length * where)] ^= 1;
        Files.write(file, bytes);
    }
}
