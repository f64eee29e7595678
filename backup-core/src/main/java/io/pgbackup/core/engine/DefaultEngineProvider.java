package io.pgbackup.core.engine;

import io.pgbackup.PgBackup;
import io.pgbackup.core.config.TextConfigurations;
import io.pgbackup.spi.ConfigurationReader;
import io.pgbackup.spi.EngineProvider;
import io.pgbackup.spi.PgBackupConfiguration;

/** The engine's entry in {@code META-INF/services}. */
public final class DefaultEngineProvider implements EngineProvider {
    /** For {@link java.util.ServiceLoader}. */
    public DefaultEngineProvider() {}

    @Override
    public PgBackup create(PgBackupConfiguration configuration) {
        return new Engine(configuration);
    }

    @Override
    public ConfigurationReader configurations() {
        return new TextConfigurations();
    }
}
