package io.pgbackup.core.engine.restore.target;

import io.pgbackup.Cluster;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.engine.Connections;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.files.NativePaths;
import io.pgbackup.core.postgres.session.ServerSession;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.OperationCancelledException;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RestoreException;
import io.pgbackup.restore.RestoreRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whether a restore may use a directory: nobody else's, with no server in it, and no repository. Only looks. For one call. */
public final class TargetGuard {
    private static final String EMPTY_HINT =
            "name a directory that is absent or empty, or ask for replacingExisting(); nothing was changed";

    private final Operation operation;
    private final RestoreRequest request;
    private final Surroundings surroundings;
    private final ServerIdentity server;

    public TargetGuard(Operation operation, RestoreRequest request, Surroundings surroundings, ServerIdentity server) {
        this.operation = operation;
        this.request = request;
        this.surroundings = surroundings;
        this.server = server;
    }

    /** The directory itself, without links on the way; what does not exist yet is taken below what does. */
    public static Path real(Path directory) {
        Path normal = directory.toAbsolutePath().normalize();
        Path existing = TargetSpace.existing(normal);
        try {
            return existing.toRealPath().resolve(existing.relativize(normal)).normalize();
        } catch (IOException e) {
            throw TargetFailure.reading(existing, e);
        }
    }

    /** Looks at the data directory; returns whether it holds anything. */
    public boolean requireUsable(Path root) {
        requireApartFromRepositories(root);
        boolean held = holdsSomething(root);
        if (!held) {
            return false;
        }
        requireNoServer(root);
        if (!request.replaces()) {
            throw TargetFailure.unusable(root, "it is not empty", EMPTY_HINT);
        }
        if (RestoreMarker.in(root).isEmpty()) {
            requireCluster(root);
        }
        return true;
    }

    /** Whether a directory holds anything but what a file system needs for itself. */
    public static boolean holdsSomething(Path directory) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            requireWritableAbove(directory);
            return false;
        }
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw TargetFailure.unusable(
                    directory, "it is not a directory", "name a directory that is absent or empty");
        }
        try {
            byte[] lostAndFound = "lost+found".getBytes(StandardCharsets.US_ASCII);
            return NativePaths.names(directory).stream().anyMatch(name -> !Arrays.equals(name, lostAndFound));
        } catch (IOException e) {
            throw TargetFailure.reading(directory, e);
        }
    }

    private static void requireWritableAbove(Path directory) {
        Path above = TargetSpace.existing(directory);
        if (!Files.isDirectory(above) || !Files.isWritable(above)) {
            throw TargetFailure.unusable(
                    directory, above + " is no directory in which one can be made", "name another place");
        }
    }

    /** Neither a repository in the target, which would be removed, nor the target in a repository. */
    public void requireApartFromRepositories(Path place) {
        for (Path repository : surroundings.repositories()) {
            Path real = real(repository);
            if (real.startsWith(place) || place.startsWith(real)) {
                throw TargetFailure.unusable(
                        place, "it overlaps with the repository at " + repository, "name another place");
            }
        }
    }

    private void requireNoServer(Path root) {
        Optional<PostmasterFile> file = PostmasterFile.in(root);
        if (file.isPresent() && file.get().seenRunning()) {
            throw TargetFailure.unusable(
                    root,
                    "a server runs there, process " + file.get().process(),
                    "stop that server, or restore into another directory");
        }
        if (file.isPresent() && !request.ignoresPidFile()) {
            throw TargetFailure.unusable(
                    root,
                    "it holds postmaster.pid: a server runs there in another container or host, or was killed there",
                    "stop that server, or restore into another directory; if you know that none runs, say ignoringPidFile()");
        }
        surroundings
                .server()
                .filter(configured -> request.replaces() && isDirectoryOf(configured, root))
                .ifPresent(configured -> requireSilent(configured, root));
    }

    private static boolean isDirectoryOf(Cluster.Server configured, Path root) {
        try {
            return Files.exists(configured.dataDirectory()) && Files.isSameFile(configured.dataDirectory(), root);
        } catch (IOException e) {
            throw TargetFailure.reading(configured.dataDirectory(), e);
        }
    }

    /** The cluster's own server may run where its process cannot be seen, but then it answers. */
    private void requireSilent(Cluster.Server configured, Path root) {
        try (ServerSession session = ServerSession.connect(Connections.settings(configured.connection()))) {
            if (session.facts().identity().systemIdentifier() == server.systemIdentifier()) {
                throw TargetFailure.unusable(
                        root,
                        "it is the data directory of the server at "
                                + configured.connection().url() + ", which answers",
                        "stop that server, or restore into another directory");
            }
        } catch (RestoreException | OperationCancelledException e) {
            throw e;
        } catch (PgBackupException e) {
            // Not even its password may have survived: no answer is what was hoped for.
            operation.fact("serverAnswers", "no: " + e.code());
        }
    }

    /** Removing what the set does not hold is only right in an older copy of the same cluster. */
    private void requireCluster(Path root) {
        Path version = root.resolve("PG_VERSION");
        if (!Existing.at(version).is(Existing.Kind.FILE)
                || !Existing.at(root.resolve("base")).is(Existing.Kind.DIRECTORY)) {
            throw TargetFailure.unusable(
                    root, "it is neither a PostgreSQL data directory nor a restore that was begun", EMPTY_HINT);
        }
        requireMajor(root, version);
        Path control = root.resolve(TargetDirectory.CONTROL_FILE);
        if (!Existing.at(control.resolveSibling(".").normalize()).is(Existing.Kind.DIRECTORY)
                || !Existing.at(control).is(Existing.Kind.FILE)) {
            operation.warn("target", root + " holds no control file, so nothing proves which cluster it was");
            return;
        }
        requireSameCluster(root, control);
    }

    private void requireMajor(Path root, Path version) {
        try {
            String major =
                    Files.readString(version, StandardCharsets.ISO_8859_1).strip();
            if (!major.equals(Integer.toString(server.majorVersion()))) {
                throw TargetFailure.unusable(
                        root,
                        "it holds a cluster of version "
                                + major.lines().findFirst().orElse("") + ", the backup is of " + server.majorVersion(),
                        "empty the directory yourself if nobody needs what is in it");
            }
        } catch (IOException e) {
            throw TargetFailure.reading(version, e);
        }
    }

    private void requireSameCluster(Path root, Path control) {
        try {
            long found = ControlFile.parse(Files.readAllBytes(control)).systemIdentifier();
            if (found != server.systemIdentifier()) {
                throw TargetFailure.unusable(
                        root,
                        "it holds another cluster, " + Long.toUnsignedString(found),
                        "empty the directory yourself if nobody needs what is in it");
            }
        } catch (ClusterException e) {
            operation.warn("target", "the control file of " + root + " is damaged: " + e.getMessage());
        } catch (IOException e) {
            throw TargetFailure.reading(control, e);
        }
    }

    /** Directories of one restore must not lie in each other. */
    public static void requireApart(Path place, List<Path> others) {
        for (Path other : others) {
            if (other.startsWith(place) || place.startsWith(other)) {
                throw TargetFailure.unusable(
                        place,
                        "it overlaps with another directory of this restore",
                        "give each tablespace and each link a place of its own");
            }
        }
    }
}
