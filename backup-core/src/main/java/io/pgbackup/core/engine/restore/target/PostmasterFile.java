package io.pgbackup.core.engine.restore.target;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file in which a server says that it runs in a directory ({@code CreateLockFile} in {@code miscinit.c}). Its process may belong to another
 * container or host, so only that it runs can be seen from here, never that it does not.
 */
final class PostmasterFile {
    static final String NAME = "postmaster.pid";

    private final Path root;
    private final long process;

    private PostmasterFile(Path root, long process) {
        this.root = root;
        this.process = process;
    }

    /** The file in a directory; empty if there is none. */
    static Optional<PostmasterFile> in(Path root) {
        Path file = root.resolve(NAME);
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            String first = Files.readString(file, StandardCharsets.ISO_8859_1)
                    .lines()
                    .findFirst()
                    .orElse("");
            // A server without postmaster writes its process with a minus.
            boolean number = first.strip().matches("-?[0-9]{1,18}");
            return Optional.of(new PostmasterFile(root, number ? Math.abs(Long.parseLong(first.strip())) : 0));
        } catch (IOException e) {
            throw TargetFailure.reading(file, e);
        }
    }

    long process() {
        return process;
    }

    /** Whether the server is seen running: its process is alive and works in this directory, or may not be looked at and is called like a server. */
    boolean seenRunning() {
        if (process == 0
                || ProcessHandle.of(process).filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        try {
            return Path.of("/proc/" + process + "/cwd").toRealPath().equals(root.toRealPath());
        } catch (IOException e) {
            return isCalledServer();
        }
    }

    /** In another container a server is often process 1, which here is somebody else. */
    private boolean isCalledServer() {
        try {
            String name =
                    Files.readString(Path.of("/proc/" + process + "/comm")).strip();
            return name.startsWith("postgres") || name.startsWith("postmaster");
        } catch (IOException e) {
            return true;
        }
    }
}
