package io.pgbackup.core.testkit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The operating system user that servers run as. A server refuses to be root; as root an existing unprivileged user is taken and given what
 * the server needs, as anybody else the servers simply run as oneself. Immutable.
 */
public final class ServerUser {
    private static final List<String> CANDIDATES = List.of("postgres", "nobody", "daemon");
    private static final ServerUser ONESELF = new ServerUser("", "", "");

    private final String name;
    private final String userId;
    private final String groupId;

    private ServerUser(String name, String userId, String groupId) {
        this.name = name;
        this.userId = userId;
        this.groupId = groupId;
    }

    /**
     * Chooses the user.
     *
     * @return oneself, unless that is root
     */
    public static ServerUser choose() {
        try {
            if (!System.getProperty("user.name").equals("root")) {
                return ONESELF;
            }
            List<String> lines = Files.readAllLines(Path.of("/etc/passwd"));
            for (String candidate : CANDIDATES) {
                for (String line : lines) {
                    String[] fields = line.split(":", -1);
                    if (fields.length > 3 && fields[0].equals(candidate)) {
                        return new ServerUser(candidate, fields[2], fields[3]);
                    }
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot find a user to run the server as", e);
        }
        throw new IllegalStateException(
                "the server refuses to run as root and there is none of the users " + CANDIDATES);
    }

    /**
     * A command as this user; the process is the command itself, no shell in between.
     *
     * @param command program and arguments
     * @return to be started by this process
     */
    public List<String> command(List<String> command) {
        if (name.isEmpty()) {
            return command;
        }
        List<String> whole =
                new ArrayList<>(List.of("setpriv", "--reuid=" + userId, "--regid=" + groupId, "--clear-groups", "--"));
        whole.addAll(command);
        return whole;
    }

    /**
     * Gives a directory and all that is in it to this user, and lets the user reach it.
     *
     * @param directory for example a restored data directory
     * @throws IOException if that fails
     */
    public void own(Path directory) throws IOException {
        if (name.isEmpty()) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) throws IOException {
                own(visited);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                own(file);
                return FileVisitResult.CONTINUE;
            }

            private void own(Path path) throws IOException {
                PosixFileAttributeView view =
                        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
                view.setOwner(
                        path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name));
            }
        });
        openWay(directory.toAbsolutePath());
    }

    private static void openWay(Path directory) throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        for (Path above = directory.getParent();
                above != null && above.startsWith(temporary) && !above.equals(temporary);
                above = above.getParent()) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(above);
            if (permissions.add(PosixFilePermission.OTHERS_EXECUTE)) {
                Files.setPosixFilePermissions(above, permissions);
            }
        }
    }
}
