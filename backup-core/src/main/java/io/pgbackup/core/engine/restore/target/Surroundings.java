package io.pgbackup.core.engine.restore.target;

import io.pgbackup.Cluster;
import io.pgbackup.Repository;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a restore must not touch.
 *
 * @param repositories directories that hold repositories
 * @param server the configured server of the cluster, if there is one
 */
public record Surroundings(List<Path> repositories, Optional<Cluster.Server> server) {
    /** Copies the list. */
    public Surroundings {
        repositories = List.copyOf(repositories);
    }

    /**
     * What is configured.
     *
     * @param cluster to be restored
     * @param repositories all of them, not only the one that is read
     * @return the surroundings
     */
    public static Surroundings of(Cluster cluster, List<Repository> repositories) {
        List<Path> directories = repositories.stream()
                .map(repository -> repository.location().uri())
                .filter(uri -> "file".equals(uri.getScheme()) && uri.getPath() != null)
                .map(uri -> Path.of(uri.getPath()).toAbsolutePath().normalize())
                .toList();
        return new Surroundings(directories, cluster.server());
    }
}
