package io.pgbackup.core.config.pgbackrest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pgbackup.Cluster;
import io.pgbackup.EncryptionKey;
import io.pgbackup.Repository;
import io.pgbackup.Secret;
import io.pgbackup.SecretSource;
import io.pgbackup.catalog.Retention;
import io.pgbackup.config.ImportedRepository;
import io.pgbackup.config.OptionFinding;
import io.pgbackup.config.OptionFinding.Outcome;
import io.pgbackup.config.PgBackRestConfiguration;
import io.pgbackup.error.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PgBackRestConfigurationTest {
    private static final String LOCAL_AND_AZURE = """
            [global]
            repo1-path=/u99/pgbackrest
            repo1-retention-full=2
            repo2-type=azure
            repo2-path=/
            repo2-azure-container=backups
            repo2-azure-account=pgbackreststorage
            repo2-azure-key=%s
            repo2-azure-key-type=sas
            repo2-retention-full=2
            [pg17]
            pg1-path=/u02/pgdata/17/PG17
            pg1-port=5435
            db-socket-path=/tmp
            """;

    private static final String LOCAL_AND_SFTP = """
            [main]
            pg1-path=/usr/local/pgsql/data
            pg1-port=5432
            pg1-user=postgres
            pg1-database=postgres
            [global]
            # Local Backup Repo
            repo1-cipher-pass=%s # Insert with your own
            repo1-cipher-type=aes-256-cbc
            repo1-path=/var/lib/pgbackrest
            repo1-retention-full=2

            # SFTP Backup Repo 1
            repo2-bundle=y
            repo2-path=/upload
            repo2-retention-full=2
            # Host
            repo2-sftp-host=10.0.0.2
            repo2-sftp-host-key-hash-type=sha256
            # User
            repo2-sftp-host-user=sftpuser
            # Key Location
            repo2-sftp-private-key-file=/var/lib/postgresql/.ssh/id_ed25519_sftp_key
            repo2-sftp-public-key-file=/var/lib/postgresql/.ssh/id_ed25519_sftp_key.pub
            repo2-type=sftp
            # Logging Info
            log-path=/var/log/pgbackrest
            log-level-console=debug

            [global:archive-push]
            compress-level=3
            """;

    private final String secret = UUID.randomUUID().toString();

    @TempDir
    private Path directory;

    @Test
    void aLocalRepositoryBesideOneInAzure() throws IOException {
        Path file = write(LOCAL_AND_AZURE.formatted("se=2024-12-02T05%3A36%3A34Z&sig=" + secret + "%3D"));

        PgBackRestConfiguration read = PgBackRestConfiguration.read(file, "pg17");

        assertThat(read.clusterSettings())
                .isEqualTo(Map.of(
                        "name", "pg17",
                        "data-directory", "/u02/pgdata/17/PG17",
                        "port", "5435",
                        "socket-directory", "/tmp"));
        assertThat(read.cluster().server().orElseThrow().connection().socket()).contains(Path.of("/tmp/.s.PGSQL.5435"));
        assertThat(read.repositories()).extracting(ImportedRepository::number).containsExactly(1, 2);
        assertThat(read.repositories().get(0).settings())
                .isEqualTo(
                        Map.of("location", "file:///u99/pgbackrest/pgbackup", "name", "repo1", "unencrypted", "true"));
        ImportedRepository azure = read.repositories().get(1);
        assertThat(azure.settings())
                .isEqualTo(Map.of(
                        "location",
                        "azure://pgbackreststorage/backups/pgbackup",
                        "name",
                        "repo2",
                        "unencrypted",
                        "true",
                        "azure.sas-token",
                        "option:repo2-azure-key"));
        assertThat(read.repositories())
                .allSatisfy(repository -> assertThat(repository.retention()).contains(Retention.keepFullBackups(2)));
        assertThat(text(azure.secrets().resolve("option:repo2-azure-key"))).endsWith(secret + "%3D");
        assertEveryOptionHasAFinding(file, read);
    }

    @Test
    void aTokenThatIsRenewedInTheFileIsTheNextAnswer() throws IOException {
        Path file = write(LOCAL_AND_AZURE.formatted("se=one"));
        SecretSource token = PgBackRestConfiguration.read(file, "pg17")
                .repositories()
                .get(1)
                .secrets()
                .resolve("option:repo2-azure-key");
        assertThat(text(token)).isEqualTo("se=one");

        Files.writeString(file, LOCAL_AND_AZURE.formatted("se=two"));

        assertThat(text(token)).isEqualTo("se=two");
        Files.writeString(file, LOCAL_AND_AZURE.replaceAll(".*azure-key=.*\n", ""));
        assertThatThrownBy(token::obtain).hasMessageContaining("repo2-azure-key is no longer in");
    }

    @Test
    void anEncryptedLocalRepositoryBesideOneBySftp() throws IOException {
        Path file = write(LOCAL_AND_SFTP.formatted(secret));

        PgBackRestConfiguration read = PgBackRestConfiguration.read(file, "main");

        assertThat(read.clusterSettings())
                .containsEntry("user", "postgres")
                .containsEntry("database", "postgres")
                .containsEntry("socket-directory", "/var/run/postgresql");
        Repository local = read.repositories().get(0).repository();
        assertThat(local.location().toString()).isEqualTo("file:///var/lib/pgbackrest/pgbackup");
        assertThat(local.key().map(EncryptionKey::kind)).contains(EncryptionKey.Kind.PASSPHRASE);
        assertThat(read.repositories().get(1).settings())
                .isEqualTo(Map.of(
                        "location", "sftp://sftpuser@10.0.0.2/upload/pgbackup",
                        "name", "repo2",
                        "unencrypted", "true",
                        "sftp.private-key-file", "/var/lib/postgresql/.ssh/id_ed25519_sftp_key",
                        "sftp.public-key-file", "/var/lib/postgresql/.ssh/id_ed25519_sftp_key.pub",
                        "sftp.host-key-check", "strict"));
        assertEveryOptionHasAFinding(file, read);
        assertThat(finding(read, "log-path").outcome()).isEqualTo(Outcome.IGNORED);
        assertThat(finding(read, "repo2-bundle").outcome()).isEqualTo(Outcome.IGNORED);
    }

    @Test
    void whatLooksLikeACommentIsPartOfThePassphraseAndIsWarnedOf() throws IOException {
        Path file = write(LOCAL_AND_SFTP.formatted(secret));

        PgBackRestConfiguration read = PgBackRestConfiguration.read(file, "main");

        OptionFinding finding = finding(read, "repo1-cipher-pass");
        assertThat(finding.outcome()).isEqualTo(Outcome.DIFFERENT);
        assertThat(finding.line()).isEqualTo(8);
        assertThat(finding.message()).contains("'#'");
        EncryptionKey key = read.repositories().get(0).repository().key().orElseThrow();
        assertThat(text(key.source().orElseThrow())).isEqualTo(secret + " # Insert with your own");
        assertThat(read.toString() + key).doesNotContain(secret);
    }

    @Test
    void sectionsOfACommandHoldForItOnly() throws IOException {
        Path file = write(LOCAL_AND_SFTP.formatted(secret) + "compress-type=zst\n");

        PgBackRestConfiguration without = PgBackRestConfiguration.read(file, "main");
        PgBackRestConfiguration pushing = PgBackRestConfiguration.read(file, "main", "archive-push");

        assertThat(without.repositories().get(0).settings()).doesNotContainKey("compression");
        assertThat(finding(without, "compress-level").message()).contains("for one command only");
        assertThat(pushing.repositories())
                .allSatisfy(repository -> assertThat(repository.settings())
                        .containsEntry("compression", "zstd")
                        .containsEntry("compression-level", "3"));
        assertEveryOptionHasAFinding(file, pushing);
    }

    @Test
    void theNearestSectionWins() throws IOException {
        Path file = write("""
                [global]
                compress-type=lz4
                process-max=1
                [global:backup]
                compress-type=none
                process-max=2
                [main]
                pg1-path=/srv/pg
                process-max=3
                [main:backup]
                process-max=4
                """);

        PgBackRestConfiguration read = PgBackRestConfiguration.read(file, "main", "backup");

        assertThat(read.repositories().get(0).settings()).containsEntry("compression", "none");
        assertThat(read.findings())
                .filteredOn(finding -> finding.option().endsWith("process-max"))
                .extracting(OptionFinding::line, OptionFinding::outcome)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(3, Outcome.IGNORED),
                        org.assertj.core.groups.Tuple.tuple(6, Outcome.IGNORED),
                        org.assertj.core.groups.Tuple.tuple(9, Outcome.IGNORED),
                        org.assertj.core.groups.Tuple.tuple(11, Outcome.DIFFERENT));
        assertEveryOptionHasAFinding(file, read);
    }

    @Test
    void theOtherStoresAreUnderstoodToo() throws IOException {
        Path file = write("""
                [global]
                repo1-type=s3
                repo1-path=/demo
                repo1-s3-bucket=acme
                repo1-s3-endpoint=s3.us-east-1.amazonaws.com
                repo1-s3-region=us-east-1
                repo1-s3-key=id
                repo1-s3-key-secret=secret
                repo2-type=s3
                repo2-path=/demo
                repo2-s3-bucket=acme
                repo2-s3-endpoint=minio
                repo2-s3-region=eu
                repo2-s3-key-type=web-id
                repo2-s3-uri-style=path
                repo2-storage-port=9000
                repo2-storage-ca-file=/etc/ca.pem
                repo3-type=gcs
                repo3-path=/demo
                repo3-gcs-bucket=acme
                repo3-gcs-key=/etc/key.json
                repo4-type=azure
                repo4-path=/demo
                repo4-azure-account=acme
                repo4-azure-container=demo
                repo4-azure-key-type=auto
                repo4-azure-endpoint=blob.core.chinacloudapi.cn
                repo5-host=elsewhere
                repo6-type=cifs
                [main]
                pg1-path=/srv/pg
                """);

        PgBackRestConfiguration read = PgBackRestConfiguration.read(file, "main");

        assertThat(read.repositories()).extracting(ImportedRepository::number).containsExactly(1, 2, 3, 4);
        assertThat(read.repositories().get(0).settings())
                .containsEntry("location", "s3://acme/demo/pgbackup")
                .containsEntry("s3.region", "us-east-1")
                .containsEntry("s3.secret-access-key", "option:repo1-s3-key-secret")
                .doesNotContainKey("s3.endpoint");
        assertThat(read.repositories().get(1).settings())
                .containsEntry("s3.endpoint", "https://minio:9000")
                .containsEntry("s3.addressing", "path")
                .containsEntry("s3.authentication", "web-identity")
                .containsEntry("s3.certificate-authority", "/etc/ca.pem");
        assertThat(read.repositories().get(2).settings())
                .containsEntry("location", "gs://acme/demo/pgbackup")
                .containsEntry("gs.service-account", "file:/etc/key.json");
        assertThat(read.repositories().get(3).settings())
                .containsEntry("azure.managed-identity", "true")
                .containsEntry("azure.endpoint-suffix", "core.chinacloudapi.cn");
        assertThat(finding(read, "repo5-host").outcome()).isEqualTo(Outcome.UNSUPPORTED);
        assertThat(finding(read, "repo6-type").outcome()).isEqualTo(Outcome.UNSUPPORTED);
        assertEveryOptionHasAFinding(file, read);
    }

    @Test
    void retentionsAreUnderstood() throws IOException {
        assertThat(retention("repo1-retention-full=4", "repo1-retention-diff=3", "repo1-retention-archive=2"))
                .isEqualTo(Retention.keepFullBackups(4).withDifferentials(3).withWalOf(2));
        assertThat(retention("repo1-retention-full-type=time", "repo1-retention-full=14"))
                .isEqualTo(Retention.keepRecoveryWindow(Period.ofDays(14)));
        assertThat(retention("retention-full=7")).isEqualTo(Retention.keepFullBackups(7));
    }

    @Test
    void whatIsNotKnownIsSaidWithTheNearest() throws IOException {
        PgBackRestConfiguration read = PgBackRestConfiguration.read(
                write(
                        "[global]\nrepo3-retention-fulll=2\nrepo3-pth=/x\nproces-max=3\npg1-prot=1\n[main]\npg1-path=/srv/pg\n"),
                "main");

        assertThat(finding(read, "repo3-pth").message()).contains("did you mean repo3-path?");
        assertThat(finding(read, "proces-max").message()).contains("did you mean process-max?");
        assertThat(finding(read, "pg1-prot").outcome()).isEqualTo(Outcome.UNSUPPORTED);
        assertThat(read.remarks()).extracting(OptionFinding::option).contains("[global] proces-max");
    }

    @Test
    void aMisspeltOptionOfItsOwnStoreIsNotSetAside() throws IOException {
        PgBackRestConfiguration read = PgBackRestConfiguration.read(
                write(
                        "[global]\nrepo1-type=sftp\nrepo1-sftp-host=h\nrepo1-sftp-host-user=u\nrepo1-sftp-privat-key-file=/k\n"
                                + "repo1-s3-bucket=left\n[main]\n"),
                "main");

        assertThat(finding(read, "repo1-sftp-privat-key-file").outcome()).isEqualTo(Outcome.UNSUPPORTED);
        assertThat(finding(read, "repo1-s3-bucket").outcome()).isEqualTo(Outcome.IGNORED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[main]\\nno equals sign | line 2 | neither a section",
                "pg1-path=/x\\n[main] | line 1 | before the first section",
                "[main]\\npg1-path=/x\\npg1-path=/y | line 3 | given twice, first in line 2",
                "[main]\\npg1-path= | line 2 | has no value",
                "[main]\\nrepo1-type=tape | line 2 | is 'tape'",
                "[main]\\nrepo1-type=s3 | line 2 | needs repo1-s3-bucket",
                "[main]\\nrepo1-cipher-type=aes-256-cbc | line 2 | needs repo1-cipher-pass",
                "[main]\\nrepo1-retention-full=some | line 2 | is 'some'",
                "[main]\\nrepo1-path=relative | line 2 | no absolute path",
                "[other]\\npg1-path=/x | has no stanza | 'main'"
            })
    void whatIsWrongIsSaidWithItsLine(String content, String where, String why) throws IOException {
        Path file = write(content.replace("\\n", "\n"));

        ConfigurationException failure =
                catchThrowableOfType(ConfigurationException.class, () -> PgBackRestConfiguration.read(file, "main"));

        assertThat(failure)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(where)
                .hasMessageContaining(why);
    }

    @Test
    void aFileThatCannotBeReadIsSaidSo() throws IOException {
        assertThatThrownBy(() -> PgBackRestConfiguration.read(directory.resolve("none"), "main"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cannot read");
        Path binary = Files.write(directory.resolve("binary"), new byte[] {'[', (byte) 0xff, ']'});
        assertThatThrownBy(() -> PgBackRestConfiguration.read(binary, "main"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("is not UTF-8");
    }

    @Test
    void aServerElsewhereIsRestoredOnly() throws IOException {
        PgBackRestConfiguration read = PgBackRestConfiguration.read(
                write("[main]\npg1-host=db\npg1-path=/srv/pg\npg2-path=/srv/other\n"), "main");

        Cluster cluster = read.cluster();
        assertThat(cluster.server()).isEmpty();
        assertThat(finding(read, "pg1-host").outcome()).isEqualTo(Outcome.UNSUPPORTED);
        assertThat(finding(read, "pg2-path").outcome()).isEqualTo(Outcome.UNSUPPORTED);
    }

    private Retention retention(String... lines) throws IOException {
        return PgBackRestConfiguration.read(write("[main]\n" + String.join("\n", lines) + "\n"), "main")
                .repositories()
                .get(0)
                .retention()
                .orElseThrow();
    }

    /** Nothing is dropped in silence: the lines that hold options are those that have findings. */
    private static void assertEveryOptionHasAFinding(Path file, PgBackRestConfiguration read) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<Integer> options = IntStream.rangeClosed(1, lines.size())
                .filter(number -> lines.get(number - 1).matches("[a-z].*"))
                .boxed()
                .toList();
        assertThat(read.findings())
                .extracting(OptionFinding::line)
                .filteredOn(line -> line > 0)
                .containsExactlyElementsOf(options);
    }

    private static OptionFinding finding(PgBackRestConfiguration read, String option) {
        return read.findings().stream()
                .filter(finding -> finding.line() > 0 && finding.option().endsWith(" " + option))
                .findFirst()
                .orElseThrow();
    }

    private Path write(String content) {
        try {
            return Files.writeString(directory.resolve("pgbackrest.conf"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(SecretSource source) {
        try (Secret secret = source.obtain()) {
            return secret.use(bytes -> new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
