package io.pgbackup.wal;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How the written commands start a JVM of their own for one file when nobody answers at the socket of a {@link WalService}. A JVM costs much more than asking a service, so this
 * is for the time in which there is none. The user of the server must be able to read the class path, the settings and the secrets they refer to. Immutable.
 */
public final class JavaFallback {
    private final Path settings;
    private final Path java;
    private final String classPath;
    private final Optional<Path> sharedArchive;

    private JavaFallback(Path settings, Path java, String classPath, Optional<Path> sharedArchive) {
        this.settings = settings;
        this.java = java;
        this.classPath = classPath;
        this.sharedArchive = sharedArchive;
    }

    /**
     * With the Java and the class path of this process.
     *
     * @param settings a properties file in UTF-8, with the documented keys of a cluster behind {@code cluster.}, of one or more repositories behind {@code repository.1.}, {@code
     *     repository.2.} and so on, and {@code wal-required}: {@code all}, which it is unless given, or in how many repositories a file must be durable. Secrets are referred to by {@code
     *     file:}, for the server hands no environment of the application on
     * @return the choice
     */
    public static JavaFallback configuredBy(Path settings) {
        Path java = Path.of(Objects.requireNonNull(System.getProperty("java.home")), "bin", "java");
        String classPath = Objects.requireNonNullElse(System.getProperty("java.class.path"), "");
        return new JavaFallback(settings.toAbsolutePath(), java, classPath, Optional.empty());
    }

    /**
     * With another Java, of 17 or newer.
     *
     * @param executable the program {@code java}
     * @return a copy
     */
    public JavaFallback java(Path executable) {
        return new JavaFallback(settings, executable.toAbsolutePath(), classPath, sharedArchive);
    }

    /**
     * With another class path: this library and the modules of the repositories, nothing of an application.
     *
     * @param entries absolute, as {@code java -cp} takes them
     * @return a copy
     */
    public JavaFallback classPath(String entries) {
        return new JavaFallback(settings, java, entries, sharedArchive);
    }

    /**
     * With loaded classes in a file, which makes the start faster. {@link WalService#createSharedArchive} makes it; a file that is absent, or of another Java or class path, is passed over. It
     * needs a class path of archives, without directories.
     *
     * @param archive for this Java and class path
     * @return a copy
     */
    public JavaFallback sharedArchive(Path archive) {
        return new JavaFallback(settings, java, classPath, Optional.of(archive.toAbsolutePath()));
    }

    /**
     * The settings.
     *
     * @return an absolute path
     */
    public Path settings() {
        return settings;
    }

    /**
     * The program.
     *
     * @return an absolute path
     */
    public Path java() {
        return java;
    }

    /**
     * The class path.
     *
     * @return as {@code java -cp} takes it
     */
    public String classPath() {
        return classPath;
    }

    /**
     * The file with loaded classes.
     *
     * @return empty if there is none
     */
    public Optional<Path> sharedArchive() {
        return sharedArchive;
    }
}
