package io.pgbackup.core.engine.wal;

import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the socket and fetched files of a service are: a directory that only the user of the server, and this process, can enter.
 *
 * @param path the directory
 * @param owner a directory whose owner shall own everything; empty to leave it with the user of this process
 */
record CommandDirectory(Path path, Optional<Path> owner) {
    private static final String CLOSED = "rwx------";

    static CommandDirectory prepare(Path path, Optional<Path> dataDirectory) {
        CommandDirectory directory = new CommandDirectory(path, dataDirectory.filter(Files::isDirectory));
        try {
            Files.createDirectories(path);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(CLOSED));
            directory.own(path);
            directory.clear();
            Files.createDirectories(directory.spool());
            directory.own(directory.spool());
            return directory;
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    /** Another directory of the server's user, whose content stays. */
    void prepareSpool(Path spool) {
        try {
            Files.createDirectories(spool);
            Files.setPosixFilePermissions(spool, PosixFilePermissions.fromString(CLOSED));
            own(spool);
        } catch (IOException e) {
            throw unusable(spool, e);
        }
    }

    Path socket() {
        return path.resolve("wal.sock");
    }

    Path spool() {
        return path.resolve("fetched");
    }

    /** Gives a file to the user of the server; needed, and possible, only if this process is of another one. */
    void own(Path file) throws IOException {
        if (owner.isEmpty()) {
            return;
        }
        PosixFileAttributes wanted = Files.readAttributes(owner.get(), PosixFileAttributes.class);
        PosixFileAttributes found = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!wanted.owner().equals(found.owner())) {
            PosixFileAttributeView view =
                    Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            view.setOwner(wanted.owner());
            view.setGroup(wanted.group());
        }
    }

    /** Writes a script that appears whole; returns its path, quoted for a shell within a setting of the server. */
    String write(Path script, String text) {
        Path absolute = script.toAbsolutePath().normalize();
        Path part = absolute.resolveSibling(absolute.getFileName() + ".part");
        try {
            Files.write(part, text.getBytes(StandardCharsets.UTF_8));
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(CLOSED));
            own(part);
            Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unusable(absolute, e);
        }
        // The server replaces %f and the like before the shell sees the command.
        return CommandScripts.quoted(absolute).replace("%", "%%");
    }

    /** Removes what an earlier service may have left. */
    void clear() throws IOException {
        Files.deleteIfExists(socket());
        if (!Files.isDirectory(spool())) {
            return;
        }
        try (Stream<Path> left = Files.list(spool())) {
            for (Path file : left.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(spool());
    }

    static ConfigurationException unusable(Path path, IOException cause) {
        return new ConfigurationException(
                ErrorCode.TARGET_UNUSABLE,
                path + " cannot be used for the server's commands: " + cause,
                "it must be a place where this process may write; run it as the user of the server, or as root",
                cause);
    }
}
