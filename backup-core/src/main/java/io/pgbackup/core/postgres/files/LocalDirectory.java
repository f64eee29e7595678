package io.pgbackup.core.postgres.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The names in one directory that a walk has still to visit, in byte order. For one thread. */
final class LocalDirectory {
    private final ClusterPath path;
    private final Path local;
    private final boolean relations;
    private final Deque<byte[]> names;
    private final Set<Long> unlogged = new HashSet<>();

    LocalDirectory(ClusterPath path, Path local, Collection<byte[]> names) {
        this.path = path;
        this.local = local;
        this.relations = RelationFile.holdsRelations(path);
        this.names = new ArrayDeque<>(names);
        if (relations) {
            noteUnlogged();
        }
    }

    static List<byte[]> list(Path directory) throws IOException {
        List<byte[]> names = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path child : stream) {
                names.add(NativePaths.nameBytes(child));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        names.sort(Arrays::compareUnsigned);
        return names;
    }

    private void noteUnlogged() {
        for (byte[] name : names) {
            RelationFileName.tryParse(ClusterPath.printable(name))
                    .filter(file -> file.fork() == Fork.INIT)
                    .ifPresent(file -> unlogged.add(file.fileNode()));
        }
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    byte[] nextName() {
        return names.remove();
    }

    ClusterPath child(byte[] name) {
        return path.resolve(name);
    }

    Path localChild(byte[] name) {
        return NativePaths.resolve(local, name);
    }

    ClusterPath path() {
        return path;
    }

    /** Whether a name is of a relation that does not survive a restore: temporary, or unlogged except for its initial state. */
    boolean isLostRelation(String name) {
        if (!relations) {
            return false;
        }
        return RelationFileName.isTemporary(name)
                || RelationFileName.tryParse(name)
                        .filter(file -> file.fork() != Fork.INIT && unlogged.contains(file.fileNode()))
                        .isPresent();
    }
}
