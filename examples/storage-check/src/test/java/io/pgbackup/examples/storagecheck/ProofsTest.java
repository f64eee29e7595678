package io.pgbackup.examples.storagecheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What ran against what: read from the reports that the providers' tests left, printed once more behind all of them. */
class ProofsTest {
    private static final Path ROOT = Path.of("..", "..");

    /** What the contract is proved on, by the class that does it; the README of each module says how to have the server. */
    private static final TreeMap<String, String> PROOFS = new TreeMap<>(java.util.Map.of(
            "backup-core/io.pgbackup.core.storage.LocalDirectoryStorageContractTest", "file:  this file system",
            "backup-azure/io.pgbackup.azure.AzureStorageContractTest", "azure: Azurite (npm)",
            "backup-gcs/io.pgbackup.gcs.GcsStorageContractTest", "gs:    a server in process",
            "backup-s3/io.pgbackup.s3.S3ProxyContractTest", "s3:    s3proxy (Maven)",
            "backup-s3/io.pgbackup.s3.RadosGatewayContractTest", "s3:    Ceph's gateway (Debian)",
            "backup-sftp/io.pgbackup.sftp.SftpStorageContractTest", "sftp:  OpenSSH (Debian)",
            "backup-sftp/io.pgbackup.sftp.InsteadOfOpenSshContractTest", "sftp:  Apache MINA, instead of OpenSSH"));

    private static final Pattern COUNTS =
            Pattern.compile("Tests run: (\\d+), Failures: (\\d+), Errors: (\\d+), Skipped: (\\d+)");

    @Test
    void whatRanAgainstWhatIsPrinted() throws IOException {
        List<String> lines = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        PROOFS.forEach((proof, server) -> {
            String outcome = outcome(proof);
            lines.add(String.format("  %-45s %s", server, outcome));
            if (!outcome.startsWith("ran") && !proof.contains("InsteadOf")) {
                missing.add(server);
            }
        });
        System.out.println("The storage contract ran against:\n" + String.join("\n", lines));
        if ("true".equals(System.getenv("CI"))) {
            assertThat(missing).as("what has to run here, and did not").isEmpty();
        }
        assertThat(lines).hasSize(PROOFS.size());
    }

    @Test
    void everyContractOfAProviderIsInTheList() throws IOException {
        List<String> classes = new ArrayList<>();
        for (String module : List.of("backup-azure", "backup-gcs", "backup-s3", "backup-sftp")) {
            try (Stream<Path> sources = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                sources.map(source -> source.getFileName().toString())
                        .filter(name -> name.endsWith("StorageContractTest.java")
                                || name.endsWith("ProxyContractTest.java")
                                || name.endsWith("GatewayContractTest.java"))
                        .map(name -> name.replace(".java", ""))
                        .forEach(classes::add);
            }
        }

        assertThat(classes)
                .hasSize(5)
                .allSatisfy(name -> assertThat(PROOFS.keySet()).anyMatch(proof -> proof.endsWith("." + name)));
    }

    private static String outcome(String proof) {
        int slash = proof.indexOf('/');
        Path report = ROOT.resolve(proof.substring(0, slash))
                .resolve("target/surefire-reports")
                .resolve(proof.substring(slash + 1) + ".txt");
        try {
            Matcher counts = COUNTS.matcher(Files.readString(report));
            if (!counts.find()) {
                return "no report";
            }
            int skipped = Integer.parseInt(counts.group(4));
            int run = Integer.parseInt(counts.group(1)) - skipped;
            return run == 0
                    ? "not run: its server is not here"
                    : "ran, " + run + " claims" + (skipped == 0 ? "" : ", " + skipped + " left out");
        } catch (IOException e) {
            return "not run in this build";
        }
    }
}
