package io.pgbackup.spi;

import io.pgbackup.PgBackup;
import java.util.List;
import java.util.ServiceLoader;

/** The engine, found once through {@link ServiceLoader}. Implemented by {@code io.pgbackup:backup-core} only. */
public interface EngineProvider {
    /**
     * Makes the façade.
     *
     * @param configuration checked by the builder
     * @return a new object
     */
    PgBackup create(PgBackupConfiguration configuration);

    /**
     * What makes values from configurations.
     *
     * @return a reader; stateless
     */
    ConfigurationReader configurations();

    /**
     * Finds the engine.
     *
     * @return the one on the class path
     * @throws IllegalStateException if there is none or more than one
     */
    static EngineProvider find() {
        List<ServiceLoader.Provider<EngineProvider>> found =
                ServiceLoader.load(EngineProvider.class, EngineProvider.class.getClassLoader()).stream()
                        .toList();
        if (found.size() == 1) {
            return found.get(0).get();
        }
        throw new IllegalStateException(
                found.isEmpty()
                        ? "the engine is not on the class path: add the artifact io.pgbackup:backup-core"
                        : "more than one engine is on the class path: " + found);
    }
}
