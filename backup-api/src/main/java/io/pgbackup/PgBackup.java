package io.pgbackup;

import io.pgbackup.event.OperationListener;
import io.pgbackup.spi.EngineProvider;
import io.pgbackup.spi.PgBackupConfiguration;
import io.pgbackup.wal.WalPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Backs up, restores and verifies one cluster. Made by {@link #of}; safe for use by many threads; closed when no longer needed.
 */
public interface PgBackup extends ClusterOperations, AutoCloseable {
    /**
     * Begins with the cluster.
     *
     * @param cluster what to back up or restore
     * @return a builder
     */
    static Builder of(Cluster cluster) {
        return new Builder(cluster);
    }

    /**
     * The same verbs with a listener, a cancellation token or a deadline.
     *
     * @param options what accompanies each operation called on the result
     * @return a view; it lives as long as this object
     */
    ClusterOperations with(OperationOptions options);

    /** Releases connections and, unless it was given one, the runtime. Idempotent; running operations are cancelled. */
    @Override
    void close();

    /** The choices. Not safe for use by many threads. */
    final class Builder {
        private final Cluster cluster;
        private final List<Repository> repositories = new ArrayList<>();
        private final List<OperationListener> listeners = new ArrayList<>();
        private @Nullable PgBackupRuntime runtime;
        private @Nullable Integer parallelism;
        private WalPolicy walPolicy = WalPolicy.all();

        private Builder(Cluster cluster) {
            this.cluster = Objects.requireNonNull(cluster, "cluster");
        }

        /**
         * Adds a repository; at least one is needed.
         *
         * @param repository with a name and place of its own
         * @return this builder
         * @throws IllegalArgumentException if another one has its name or place
         */
        public Builder repository(Repository repository) {
            for (Repository other : repositories) {
                if (other.name().equals(repository.name()) || other.location().equals(repository.location())) {
                    throw new IllegalArgumentException(
                            "two repositories share a name or place: " + other + ", " + repository);
                }
            }
            repositories.add(repository);
            return this;
        }

        /**
         * How many workers a private runtime has; the number of processors unless said otherwise.
         *
         * @param workers 1 to 256
         * @return this builder
         */
        public Builder parallelism(int workers) {
            if (workers < 1 || workers > 256) {
                throw new IllegalArgumentException("1 to 256 workers, not " + workers);
            }
            parallelism = workers;
            return this;
        }

        /**
         * Shares a runtime with others.
         *
         * @param shared not closed with the {@code PgBackup}
         * @return this builder
         */
        public Builder runtime(PgBackupRuntime shared) {
            runtime = Objects.requireNonNull(shared, "shared");
            return this;
        }

        /**
         * In how many repositories a WAL file must be durable before it counts as archived; in all unless said otherwise.
         *
         * @param policy the policy
         * @return this builder
         */
        public Builder walPolicy(WalPolicy policy) {
            walPolicy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Adds a listener.
         *
         * @param listener hears every operation
         * @return this builder
         */
        public Builder listener(OperationListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Checks all choices together; touches neither network nor files, so an application starts although its backup store is down.
         *
         * @return the object; the caller closes it
         * @throws IllegalStateException if there is no repository, if both parallelism and runtime were given, if the WAL policy demands more
         *     repositories than there are, or if the engine is not on the
         *     class path
         */
        public PgBackup build() {
            if (repositories.isEmpty()) {
                throw new IllegalStateException("at least one repository is needed");
            }
            if (runtime != null && parallelism != null) {
                throw new IllegalStateException("parallelism is a property of the shared runtime: set it there");
            }
            if (walPolicy.demandsMoreThan(repositories.size())) {
                throw new IllegalStateException(
                        "WAL cannot be durable in " + walPolicy + ": there are " + repositories.size());
            }
            return EngineProvider.find()
                    .create(new PgBackupConfiguration(
                            cluster,
                            repositories,
                            listeners,
                            Optional.ofNullable(runtime),
                            Optional.ofNullable(parallelism),
                            walPolicy));
        }
    }
}
