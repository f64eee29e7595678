package io.pgbackup.spi;

import io.pgbackup.Cluster;
import io.pgbackup.Repository;
import io.pgbackup.config.PgBackRestConfiguration;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.util.Map;

/** Makes values from text. Part of the engine, which knows the storage providers. Stateless. */
public interface ConfigurationReader {
    /**
     * Makes a repository.
     *
     * @param settings documented keys
     * @param secrets resolves the names of secrets found in the values
     * @return the repository
     * @throws io.pgbackup.error.ConfigurationException if a key or value is not understood, or one is missing
     */
    Repository repository(Map<String, String> settings, SecretResolver secrets);

    /**
     * Makes a cluster.
     *
     * @param settings documented keys
     * @param secrets resolves the names of secrets found in the values
     * @return the cluster
     * @throws io.pgbackup.error.ConfigurationException if a key or value is not understood, or one is missing
     */
    Cluster cluster(Map<String, String> settings, SecretResolver secrets);

    /**
     * Reads a configuration of pgBackRest.
     *
     * @param file written for pgBackRest
     * @param stanza one of its sections
     * @param command whose own sections count too; empty for none
     * @return what it says
     * @throws io.pgbackup.error.ConfigurationException if it cannot be read
     */
    PgBackRestConfiguration pgBackRest(Path file, String stanza, String command);
}
