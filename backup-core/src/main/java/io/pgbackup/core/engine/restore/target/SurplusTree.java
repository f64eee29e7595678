package io.pgbackup.core.engine.restore.target;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is removed with a path: the path and all below it, except where another file system is mounted, which stays with everything above it. Links are
 * not followed. For one thread.
 */
public final class SurplusTree {
    /** Does something with what is removed. */
    public interface Action {
        /**
         * A file, a link or a directory whose content was visited before.
         *
         * @param path which
         * @param size in bytes, of a file
         */
        void visit(Path path, long size) throws IOException;
    }

    private final MountPoints mounts;

    public SurplusTree(MountPoints mounts) {
        this.mounts = mounts;
    }

    /** Visits what is removed, contents first; returns the mount points that stay. */
    public Set<Path> visit(Path path, Action action) {
        Walk walk = new Walk(action);
        try {
            Files.walkFileTree(path, walk);
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
        return walk.mounted;
    }

    private final class Walk extends SimpleFileVisitor<Path> {
        private final Action action;
        private final Set<Path> mounted = new HashSet<>();

        Walk(Action action) {
            this.action = action;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (mounts.contains(directory)) {
                mounted.add(directory);
                return FileVisitResult.SKIP_SUBTREE;
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            action.visit(file, attributes.isRegularFile() ? attributes.size() : 0);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (mounted.stream().noneMatch(mount -> mount.startsWith(directory))) {
                action.visit(directory, 0);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
