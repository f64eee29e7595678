package io.pgbackup.config;

import io.pgbackup.Cluster;
import io.pgbackup.config.OptionFinding.Outcome;
import io.pgbackup.spi.EngineProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What pgBackRest's configuration file says, as a cluster and repositories. Nothing is dropped in silence: every option that concerns the stanza has a finding.
 *
 * <p>Repositories of pgBackRest are neither read nor changed: their format is another one. What is described here are new repositories in the same stores, each
 * in the directory {@code pgbackup} below the path of pgBackRest's, so that both tools can run side by side. Secrets stay in the file and are read from it whenever
 * they are used, so a token that something else renews there is renewed for us too.
 *
 * @param stanza the section that describes the cluster
 * @param clusterSettings as {@link Cluster#from(Map)} takes them
 * @param repositories by their numbers; without those that cannot exist here, of which a finding tells
 * @param findings one for each option, in the order of the file, and those about what the file does not say
 */
public record PgBackRestConfiguration(
        String stanza,
        Map<String, String> clusterSettings,
        List<ImportedRepository> repositories,
        List<OptionFinding> findings) {
    /** Copies the collections. */
    public PgBackRestConfiguration {
        clusterSettings = Map.copyOf(clusterSettings);
        repositories = List.copyOf(repositories);
        findings = List.copyOf(findings);
    }

    /**
     * Reads a file.
     *
     * @param file for example {@code /etc/pgbackrest/pgbackrest.conf}
     * @param stanza one of its sections
     * @return what it says
     * @throws io.pgbackup.error.ConfigurationException if it cannot be read or is no such file, naming the line, or has no such stanza, naming those it has
     */
    public static PgBackRestConfiguration read(Path file, String stanza) {
        return EngineProvider.find().configurations().pgBackRest(file, stanza, "");
    }

    /**
     * Reads a file as one command of pgBackRest does: with what its sections say for that command only.
     *
     * @param file for example {@code /etc/pgbackrest/pgbackrest.conf}
     * @param stanza one of its sections
     * @param command for example {@code archive-push}
     * @return what it says
     * @throws io.pgbackup.error.ConfigurationException if it cannot be read or is no such file, naming the line, or has no such stanza, naming those it has
     */
    public static PgBackRestConfiguration read(Path file, String stanza, String command) {
        return EngineProvider.find().configurations().pgBackRest(file, stanza, command);
    }

    /**
     * Makes the cluster.
     *
     * @return the cluster; without a server if the file describes none on this machine
     */
    public Cluster cluster() {
        return Cluster.from(clusterSettings);
    }

    /**
     * What a person should read before relying on the result.
     *
     * @return the findings that are neither {@link Outcome#USED} nor {@link Outcome#IGNORED}
     */
    public List<OptionFinding> remarks() {
        return findings.stream()
                .filter(finding -> finding.outcome() == Outcome.DIFFERENT || finding.outcome() == Outcome.UNSUPPORTED)
                .toList();
    }
}
