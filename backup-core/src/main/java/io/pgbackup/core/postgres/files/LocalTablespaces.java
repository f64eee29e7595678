package io.pgbackup.core.postgres.files;

import io.pgbackup.core.postgres.Pause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tablespaces of a local cluster: only the directory of its own version in each, however it is reached. Safe for use by many threads. */
final class LocalTablespaces {
    static final ClusterPath DIRECTORY = ClusterPath.of("pg_tblspc");

    private static final int TRIES = 5;
    private static final Duration STEP = Duration.ofMillis(50);

    private final Path root;
    private final String versionDirectory;
    private final Pause pause;

    LocalTablespaces(Path root, String versionDirectory, Pause pause) {
        this.root = root;
        this.versionDirectory = versionDirectory;
        this.pause = pause;
    }

    /** Names in a tablespace's directory that belong to this cluster. */
    List<byte[]> ownNames(List<byte[]> names) {
        return names.stream()
                .filter(name -> ClusterPath.printable(name).equals(versionDirectory))
                .toList();
    }

    /** Where a link points; empty if it vanished. */
    Optional<Path> target(Path link) throws IOException {
        try {
            return Optional.of(link.resolveSibling(Files.readSymbolicLink(link)));
        } catch (NoSuchFileException | NotLinkException e) {
            return Optional.empty();
        }
    }

    /**
     * The names of a linked tablespace; empty if the link is gone. CREATE and DROP TABLESPACE show a link without its directory for a
     * moment, so only what stays that way is an error.
     */
    Optional<List<byte[]>> linkedNames(ClusterPath path, Path link, Path target) throws IOException {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            pause.pause(STEP.multipliedBy(attempt));
            if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            try {
                List<byte[]> names = ownNames(LocalDirectory.list(target));
                if (!names.isEmpty()) {
                    return Optional.of(names);
                }
            } catch (NoSuchFileException e) {
                // Looked at again: it may be about to appear or its link about to go.
                continue;
            }
        }
        throw SourceFailure.unexpected(
                path,
                "the tablespace at " + ClusterPath.printable(NativePaths.bytes(target)) + " has no directory "
                        + versionDirectory,
                "Tablespaces must be reachable under the paths the server uses; mount them at the same place.");
    }

    /** Directories within the data directory that are also linked as tablespaces, so that they are not walked twice. */
    Set<ClusterPath> insideDataDirectory() throws IOException {
        Set<ClusterPath> inside = new HashSet<>();
        Path directory = root.resolve(DIRECTORY.toString());
        byte[] rootBytes = NativePaths.bytes(root);
        for (byte[] name : LocalDirectory.list(directory)) {
            Path link = NativePaths.resolve(directory, name);
            if (!Files.isSymbolicLink(link)) {
                continue;
            }
            try {
                Path real = link.toRealPath();
                if (real.startsWith(root) && !real.equals(root)) {
                    byte[] realBytes = NativePaths.bytes(real);
                    inside.add(ClusterPath.of(
                            java.util.Arrays.copyOfRange(realBytes, rootBytes.length + 1, realBytes.length)));
                }
            } catch (NoSuchFileException e) {
                // A dangling link is judged when the walk comes to it.
                continue;
            }
        }
        return inside;
    }

    static String versionDirectory(Path root, int catalogVersion) throws IOException {
        String major = Files.readString(root.resolve("PG_VERSION"), StandardCharsets.US_ASCII)
                .strip();
        return "PG_" + major + "_" + catalogVersion;
    }
}
