package io.pgbackup.storage;

import io.pgbackup.SecretSource;

/** Turns the name of a secret, as it stands in a configuration, into its source. */
@FunctionalInterface
public interface SecretResolver {
    /**
     * Finds a source.
     *
     * @param name as the configuration says it
     * @return the source of that secret
     * @throws IllegalArgumentException if no secret has this name
     */
    SecretSource resolve(String name);
}
