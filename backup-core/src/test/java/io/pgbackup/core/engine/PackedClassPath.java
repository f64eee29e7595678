package io.pgbackup.core.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** The class path of this test as an application would have it: archives only, without what only tests have. */
final class PackedClassPath {
    private PackedClassPath() {}

    /** Directories become archives, which are made; archives stay where they are. */
    static String in(Path directory) throws IOException {
        List<String> entries = new ArrayList<>();
        for (Path entry : entries()) {
            entries.add((Files.isDirectory(entry) ? packed(entry, directory, entries.size()) : entry).toString());
        }
        return String.join(":", entries);
    }

    /** Everything lies in the directory, for a user who may not see the places of this one. */
    static String copiedTo(Path directory) throws IOException {
        List<String> entries = new ArrayList<>();
        for (Path entry : entries()) {
            Path there = Files.isDirectory(entry)
                    ? packed(entry, directory, entries.size())
                    : Files.copy(entry, directory.resolve(entries.size() + "-" + entry.getFileName()));
            entries.add(there.toString());
        }
        return String.join(":", entries);
    }

    private static List<Path> entries() {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.of(all.split(":"))
                .map(Path::of)
                .filter(Files::exists)
                .filter(entry -> !entry.endsWith("test-classes"))
                .toList();
    }

    private static Path packed(Path directory, Path target, int number) throws IOException {
        Path jar = target.resolve("classes-" + number + ".jar");
        if (Files.exists(jar)) {
            return jar;
        }
        try (Stream<Path> files = Files.walk(directory);
                OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            for (Path from : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(directory.relativize(from).toString()));
                Files.copy(from, out);
                out.closeEntry();
            }
        }
        return jar;
    }
}
