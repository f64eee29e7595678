package io.pgbackup.config;

import io.pgbackup.Repository;
import io.pgbackup.catalog.Retention;
import io.pgbackup.storage.SecretResolver;
import java.util.Map;
import java.util.Optional;

/**
 * A repository that a file of another tool describes, for a new repository of ours beside that tool's own.
 *
 * @param number what the file calls it by
 * @param settings as {@link Repository#from(Map)} takes them; secrets are named, as they are for {@code secrets}
 * @param secrets finds the secrets in the file itself, whenever they are used
 * @param retention for expiring; empty if the file lets everything be kept
 */
public record ImportedRepository(
        int number, Map<String, String> settings, SecretResolver secrets, Optional<Retention> retention) {
    /** Copies the settings. */
    public ImportedRepository {
        settings = Map.copyOf(settings);
    }

    /**
     * Makes the repository.
     *
     * @return the repository
     * @throws io.pgbackup.error.ConfigurationException if the module that serves its location is not on the class path, or refuses the settings
     */
    public Repository repository() {
        return Repository.from(settings, secrets);
    }
}
