package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.postgres.files.NativePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which directories have a file system of their own. Linux tells by name; elsewhere a directory on another device than the one above is taken for
 * one. Immutable.
 */
public final class MountPoints {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final int PLACE = 4;

    private final Set<Path> known;

    private MountPoints(Set<Path> known) {
        this.known = known;
    }

    public static MountPoints now() {
        try {
            // One character a byte: names need not be text.
            return parse(Files.readAllLines(TABLE, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return new MountPoints(Set.of());
        }
    }

    /** Lines of {@code proc(5)}, {@code mountinfo}: blanks in names are octal escapes. */
    static MountPoints parse(List<String> lines) {
        Set<Path> places = new HashSet<>();
        for (String line : lines) {
            String[] fields = line.split(" ", -1);
            if (fields.length > PLACE) {
                places.add(NativePaths.absolute(unescaped(fields[PLACE])));
            }
        }
        return new MountPoints(places);
    }

    private static byte[] unescaped(String field) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < field.length(); at++) {
            if (field.charAt(at) == '\\' && at + 3 < field.length() && isOctal(field, at + 1)) {
                text.append((char) Integer.parseInt(field, at + 1, at + 4, 8));
                at += 3;
            } else {
                text.append(field.charAt(at));
            }
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isOctal(String field, int from) {
        return field.substring(from, from + 3).chars().allMatch(digit -> digit >= '0' && digit <= '7');
    }

    boolean contains(Path directory) {
        return known.contains(directory) || onOtherDevice(directory);
    }

    private static boolean onOtherDevice(Path directory) {
        Path above = directory.getParent();
        if (above == null) {
            return true;
        }
        try {
            return !device(directory).equals(device(above));
        } catch (IOException e) {
            throw TargetFailure.reading(directory, e);
        }
    }

    private static Object device(Path path) throws IOException {
        return Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
    }
}
