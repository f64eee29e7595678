package io.pgbackup;

import io.pgbackup.spi.EngineProvider;
import io.pgbackup.storage.SecretResolver;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One PostgreSQL cluster: a data directory and the server that runs on it, under a name chosen by the user. Immutable, holds only sources of
 * secrets, and may be shared by many threads.
 */
public final class Cluster {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");

    /** What repositories keep beside their clusters. */
    private static final Set<String> RESERVED = Set.of("format", "keys");

    private final String name;
    private final Optional<Server> server;

    /**
     * Where the server of a cluster is.
     *
     * @param dataDirectory the data directory as this process sees it
     * @param connection how to connect to the server
     */
    public record Server(Path dataDirectory, PgConnection connection) {
        /** Checks that both are given. */
        public Server {
            Objects.requireNonNull(dataDirectory, "dataDirectory");
            Objects.requireNonNull(connection, "connection");
        }
    }

    private Cluster(String name, Optional<Server> server) {
        this.name = name;
        this.server = server;
    }

    /**
     * Begins with the name: the directory of the cluster in every repository.
     *
     * @param name 1 to 63 letters, digits, {@code _}, {@code .} or {@code -}, the first a letter or digit; not
     *     {@code format} or {@code keys}
     * @return the next step
     * @throws IllegalArgumentException if the name is none
     */
    public static Named named(String name) {
        if (RESERVED.contains(name)) {
            throw new IllegalArgumentException(
                    "'" + name + "' cannot be the name of a cluster: repositories have something else there");
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a cluster name has 1 to 63 letters, digits, '_', '.' or '-' and begins with a"
                            + " letter or digit: '" + name + "'");
        }
        return new Named(name);
    }

    /**
     * Makes a cluster from text; the README of {@code backup-api} documents the keys. Secrets are referred to, as {@link SecretSource#reference} says.
     *
     * @param settings documented keys
     * @return the cluster
     * @throws io.pgbackup.error.ConfigurationException if a key or value is not understood, or one is missing
     * @throws IllegalStateException if the engine is not on the class path
     */
    public static Cluster from(Map<String, String> settings) {
        return from(settings, SecretSource::reference);
    }

    /**
     * Makes a cluster from properties, as {@link #from(Map)} does.
     *
     * @param settings documented keys, those of its defaults too
     * @return the cluster
     * @throws io.pgbackup.error.ConfigurationException if a key or value is not understood, or one is missing
     * @throws IllegalStateException if the engine is not on the class path
     */
    public static Cluster from(Properties settings) {
        return from(settings.stringPropertyNames().stream()
                .collect(Collectors.toMap(Function.identity(), settings::getProperty)));
    }

    /**
     * Makes a cluster from text, as {@link #from(Map)} does, with secrets that have names of the application's own.
     *
     * @param settings documented keys
     * @param secrets finds the secret of a name
     * @return the cluster
     * @throws io.pgbackup.error.ConfigurationException if a key or value is not understood, or one is missing
     * @throws IllegalStateException if the engine is not on the class path
     */
    public static Cluster from(Map<String, String> settings, SecretResolver secrets) {
        return EngineProvider.find().configurations().cluster(settings, secrets);
    }

    /** A cluster of which only the name is known. */
    public static final class Named {
        private final String name;

        private Named(String name) {
            this.name = name;
        }

        /**
         * The data directory, local to this process.
         *
         * @param dataDirectory what {@code SHOW data_directory} says, as this process sees it
         * @return the next step
         */
        public Located at(Path dataDirectory) {
            return new Located(name, Objects.requireNonNull(dataDirectory, "dataDirectory"));
        }

        /**
         * No server here: enough to restore, inspect, verify and expire.
         *
         * @return the cluster
         */
        public Cluster withoutServer() {
            return new Cluster(name, Optional.empty());
        }
    }

    /** A cluster of which name and place are known. */
    public static final class Located {
        private final String name;
        private final Path dataDirectory;

        private Located(String name, Path dataDirectory) {
            this.name = name;
            this.dataDirectory = dataDirectory;
        }

        /**
         * How to connect to the server.
         *
         * @param connection a dedicated connection is opened from it for each backup, never one of a pool
         * @return the last step
         */
        public Connected connectedBy(PgConnection connection) {
            return new Connected(name, new Server(dataDirectory, connection));
        }
    }

    /** A cluster that is fully described. */
    public static final class Connected {
        private final String name;
        private final Server server;

        private Connected(String name, Server server) {
            this.name = name;
            this.server = server;
        }

        /**
         * Makes the value; touches neither files nor network.
         *
         * @return the cluster
         */
        public Cluster build() {
            return new Cluster(name, Optional.of(server));
        }
    }

    /**
     * The name.
     *
     * @return the directory of the cluster in every repository
     */
    public String name() {
        return name;
    }

    /**
     * The server.
     *
     * @return empty if the cluster was described {@linkplain Named#withoutServer() without one}
     */
    public Optional<Server> server() {
        return server;
    }

    @Override
    public String toString() {
        return "Cluster[" + name + "]";
    }
}
