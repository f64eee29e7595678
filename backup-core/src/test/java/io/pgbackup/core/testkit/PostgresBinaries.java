package io.pgbackup.core.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The programs of one PostgreSQL version, unpacked once per machine and user. Jars are looked for in the directory that the system property
 * {@code postgres.binaries} names, then on the class path. Immutable.
 */
public final class PostgresBinaries {
    private static final String PROPERTY = "postgres.binaries";
    private static final Pattern JAR = Pattern.compile(".*-((\\d+)\\.\\d+\\.\\d+)\\.jar");

    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    /**
     * Finds and, the first time, unpacks the programs.
     *
     * @param version which
     * @return the programs
     * @throws IllegalStateException if there are none for this version
     */
    public static PostgresBinaries of(PostgresVersion version) {
        Path jar = find(version).orElseThrow(() -> new IllegalStateException(missingMessage(version)));
        try {
            return new PostgresBinaries(new BinariesArchive(jar).unpackOnce());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + jar, e);
        }
    }

    /**
     * The jar that holds a version.
     *
     * @param version which
     * @return empty if there is none
     */
    public static Optional<Path> find(PostgresVersion version) {
        return Stream.concat(inDirectory().stream(), onClassPath().stream())
                .filter(jar -> major(jar) == version.major())
                .findFirst();
    }

    static String missingMessage(PostgresVersion version) {
        return "no server binaries of " + version + ": neither in the directory of the system property " + PROPERTY
                + " (" + System.getProperty(PROPERTY) + ") nor on the class path";
    }

    private static int major(Path jar) {
        Matcher matcher = JAR.matcher(String.valueOf(jar.getFileName()));
        return matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
    }

    private static List<Path> inDirectory() {
        String directory = System.getProperty(PROPERTY);
        if (directory == null || !Files.isDirectory(Path.of(directory))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(Path.of(directory))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
    }

    private static List<Path> onClassPath() {
        List<Path> jars = new ArrayList<>();
        try {
            for (URL url :
                    Collections.list(PostgresBinaries.class.getClassLoader().getResources(resourceName()))) {
                if (url.openConnection() instanceof JarURLConnection connection) {
                    jars.add(Path.of(connection.getJarFileURL().toURI()));
                }
            }
        } catch (IOException | java.net.URISyntaxException e) {
            throw new IllegalStateException("cannot look for server binaries on the class path", e);
        }
        return jars;
    }

    private static String resourceName() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String os = system.contains("mac") ? "darwin" : system.contains("windows") ? "windows" : "linux";
        return "postgres-" + os + "-" + (machine.equals("aarch64") ? "arm_64" : "x86_64") + ".txz";
    }

    /**
     * One of the programs.
     *
     * @param name {@code initdb}, {@code pg_ctl} or {@code postgres}
     * @return its absolute path
     */
    public Path program(String name) {
        return home.resolve("bin").resolve(name);
    }
}
