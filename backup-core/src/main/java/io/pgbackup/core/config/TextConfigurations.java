package io.pgbackup.core.config;

import io.pgbackup.Cluster;
import io.pgbackup.Repository;
import io.pgbackup.config.PgBackRestConfiguration;
import io.pgbackup.core.config.pgbackrest.StanzaReader;
import io.pgbackup.spi.ConfigurationReader;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.util.Map;

/** What the api asks of this room. Stateless. */
public final class TextConfigurations implements ConfigurationReader {
    /** The only one needed. */
    public TextConfigurations() {}

    @Override
    public Repository repository(Map<String, String> settings, SecretResolver secrets) {
        return new RepositorySettings(settings, secrets).read();
    }

    @Override
    public Cluster cluster(Map<String, String> settings, SecretResolver secrets) {
        return new ClusterSettings(settings, secrets).read();
    }

    @Override
    public PgBackRestConfiguration pgBackRest(Path file, String stanza, String command) {
        return new StanzaReader(file, stanza, command).read();
    }
}
