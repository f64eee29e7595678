package io.pgbackup.examples.quickstart;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A temporary directory that is gone at the end. A JVM that is asked to end waits until this is closed: its servers are ended by hooks of
 * their own, so the program fails at its next step and unwinds.
 */
final class Workspace implements AutoCloseable {
    private static final long UNWINDING_SECONDS = 30;

    private final Path directory;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::awaitClose, "await-cleaning");

    private Workspace(Path directory) {
        this.directory = directory;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    static Workspace in(Path parent) throws IOException {
        return new Workspace(Files.createTempDirectory(parent, "pgbackup-quickstart"));
    }

    Path resolve(String name) {
        return directory.resolve(name);
    }

    private void awaitClose() {
        try {
            closed.await(UNWINDING_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            delete();
        } finally {
            closed.countDown();
            removeHook();
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending and was waiting for this moment.
            return;
        }
    }

    private void delete() throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
