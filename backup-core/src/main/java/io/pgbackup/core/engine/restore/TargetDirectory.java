package io.pgbackup.core.engine.restore;

import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.NativePaths;
import io.pgbackup.core.work.OrderedWork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory being restored into, with the tablespaces outside of it. Everything is written below the directories this class made itself, and
 * no link is followed that it did not make. For one thread, except for the files it hands out.
 */
final class TargetDirectory {
    private static final EntryAttributes.Ownership NOBODY = new EntryAttributes.Ownership("", "");

    private final Path root;
    private final Map<Long, Path> tablespaces;
    private final Ownership ownership = new Ownership();
    private final Set<Path> directories = new LinkedHashSet<>();
    private final Set<Path> made = new LinkedHashSet<>();

    TargetDirectory(Path root, Map<Long, Path> tablespaces) {
        this.root = root;
        this.tablespaces = tablespaces;
    }

    /** Makes the directories that hold everything. */
    void create() {
        makeRoot(root);
        tablespaces.values().forEach(this::makeRoot);
    }

    private void makeRoot(Path directory) {
        try {
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                made.add(directory);
            }
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            directories.add(directory);
        } catch (IOException e) {
            throw TargetFailure.writing(directory, e);
        }
    }

    /** The data directory and the tablespaces belong to whoever owns the files. */
    void giveRootsTo(EntryAttributes.Ownership owner) {
        for (Path directory :
                directories.stream().limit(1L + tablespaces.size()).toList()) {
            try {
                if (!owner.equals(NOBODY)) {
                    ownership.giveAway(directory, owner);
                }
            } catch (IOException e) {
                throw TargetFailure.writing(directory, e);
            }
        }
    }

    void directory(ManifestEntry.Directory directory) {
        Path path = resolve(directory.path());
        try {
            Files.createDirectory(path);
            directories.add(path);
            ownership.apply(path, directory.attributes());
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    void link(ManifestEntry.Link link) {
        Path path = resolve(link.path());
        try {
            Files.createSymbolicLink(
                    path, tablespaces.get(Long.parseLong(link.path().name())));
            ownership.giveAway(path, link.attributes().ownership());
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    TargetFile file(ManifestEntry.File file, Runnable completed) {
        return new TargetFile(resolve(file.path()), file, ownership, completed);
    }

    Path resolve(ClusterPath path) {
        return NativePaths.resolve(root, path.bytes());
    }

    /** Reads a file that was restored before. */
    byte[] read(String name) {
        Path path = root.resolve(name);
        try {
            return Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? Files.readAllBytes(path) : new byte[0];
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    /** Writes a small file under a temporary name first, so that it is there whole or not at all. */
    void write(String name, byte[] content, EntryAttributes attributes) {
        Path path = root.resolve(name);
        Path temporary = path.resolveSibling(path.getFileName() + ".pgbackup");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                ownership.apply(temporary, attributes);
                channel.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            sync(Objects.requireNonNull(path.getParent()));
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    /**
     * Makes everything durable: first the content of all files, by many workers, then all names. One file after the other while they arrive would cost a
     * commit of the file system's journal each; afterwards the first commit serves almost all.
     */
    void sync(OrderedWork work) {
        syncFiles(root, work);
        tablespaces.values().forEach(tablespace -> syncFiles(tablespace, work));
        work.drain();
        try {
            for (Path directory : directories) {
                sync(directory);
            }
            Path above = root.getParent();
            if (above != null) {
                sync(above);
            }
        } catch (IOException e) {
            throw TargetFailure.writing(root, e);
        }
    }

    private static void syncFiles(Path directory, OrderedWork work) {
        try (Stream<Path> walk = Files.walk(directory)) {
            walk.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .forEach(path -> work.submit(() -> syncFile(path), ignored -> {}));
        } catch (IOException e) {
            throw TargetFailure.writing(directory, e);
        }
    }

    private static Path syncFile(Path path) {
        try {
            sync(path);
            return path;
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    Set<String> unknownOwners() {
        return ownership.unknown();
    }

    /** Removes what was written: directories that were empty at the begin are empty again, those that were absent are gone. */
    void clear() throws IOException {
        clear(root);
        for (Path tablespace : tablespaces.values()) {
            clear(tablespace);
        }
        for (Path directory : made) {
            Files.deleteIfExists(directory);
        }
    }

    private static void clear(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> below;
        try (Stream<Path> walk = Files.walk(directory)) {
            below = walk.filter(path -> !path.equals(directory))
                    .sorted((left, right) -> right.getNameCount() - left.getNameCount())
                    .toList();
        }
        for (Path path : below) {
            Files.deleteIfExists(path);
        }
    }
}
