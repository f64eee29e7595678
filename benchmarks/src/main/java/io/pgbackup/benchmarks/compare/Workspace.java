package io.pgbackup.benchmarks.compare;

import io.pgbackup.core.testkit.ServerUser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The directories of one comparison. All belong to the user that owns the server. For one thread. */
final class Workspace {
    private final Path root;
    private final ServerUser user;
    private final Commands commands;
    private int count;

    Workspace(Path root, ServerUser user) throws IOException {
        this.root = root;
        this.user = user;
        Files.createDirectories(root);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        this.commands = new Commands(user, root);
        user.own(root);
    }

    Path root() {
        return root;
    }

    Commands commands() {
        return commands;
    }

    /**
     * An empty directory under a name that was never used. The directory above carries the attribute by which ext4 spreads what is made in it: it
     * is slow at making files where many were just deleted, and a comparison would measure that.
     */
    Path fresh(String name) {
        Path area = root.resolve("area");
        try {
            if (!Files.isDirectory(area)) {
                Files.createDirectory(area);
                Files.setPosixFilePermissions(area, PosixFilePermissions.fromString("rwxr-xr-x"));
                spread(area);
            }
            return ownDirectory(area.resolve(name + "-" + System.nanoTime() + "-" + ++count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void spread(Path area) {
        try {
            commands.run(List.of("chattr", "+T", area.toString()), Map.of());
        } catch (IllegalStateException | UncheckedIOException e) {
            System.err.println("chattr +T is not possible here: files may be made slower where others were deleted");
        }
    }

    /** An empty directory that only the server's user may look into, as PostgreSQL wants it. */
    Path ownDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        user.own(directory);
        return directory;
    }

    /** Gives something to the server's user. */
    void own(Path path) throws IOException {
        user.own(path);
    }

    /** A copy whose files are hard links: neither tool changes a file it has written. */
    Path linkedCopy(Path original, String name) {
        Path copy = fresh(name);
        commands.run(List.of("cp", "--archive", "--link", original + "/.", copy.toString()), Map.of());
        return copy;
    }

    /** Reads every file, so that it is in the page cache, and waits until nothing is left to be written. */
    void warm(List<Path> directories) {
        byte[] buffer = new byte[1 << 20];
        for (Path directory : directories) {
            for (Path file : files(directory)) {
                try (InputStream in = Files.newInputStream(file)) {
                    while (in.read(buffer) > 0) {
                        // Reading is all there is to do.
                    }
                } catch (NoSuchFileException e) {
                    continue;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        commands.run(List.of("sync"), Map.of());
    }

    static long bytes(Path directory) {
        return files(directory).stream()
                .mapToLong(file -> file.toFile().length())
                .sum();
    }

    static List<Path> files(Path directory) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(directory, new FileCollector(found));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    static void delete(Path directory) {
        try (Stream<Path> below = Files.walk(directory)) {
            for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
