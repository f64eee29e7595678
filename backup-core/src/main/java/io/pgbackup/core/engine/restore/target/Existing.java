package io.pgbackup.core.engine.restore.target;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * What lies at a path of the target now; links are not followed.
 *
 * @param kind what it is
 * @param size in bytes, of a file
 * @param changeable whether content may be written into it. What another name shares is never changed: it may be somebody's cheap copy
 */
public record Existing(Kind kind, long size, boolean changeable) {
    /** What can lie at a path. */
    public enum Kind {
        ABSENT,
        DIRECTORY,
        FILE,
        LINK,
        OTHER
    }

    public static final Existing ABSENT = new Existing(Kind.ABSENT, 0, false);

    private static final int TYPE_MASK = 0170000;

    static Existing at(Path path) {
        try {
            Map<String, Object> facts = Files.readAttributes(path, "unix:mode,size,nlink", LinkOption.NOFOLLOW_LINKS);
            Kind kind = kind(number(facts, "mode").intValue());
            boolean file = kind == Kind.FILE;
            long size = file ? number(facts, "size").longValue() : 0;
            boolean alone = file && number(facts, "nlink").intValue() == 1;
            return new Existing(kind, size, alone && Files.isWritable(path));
        } catch (NoSuchFileException e) {
            return ABSENT;
        } catch (IOException e) {
            throw TargetFailure.reading(path, e);
        }
    }

    private static Number number(Map<String, Object> facts, String name) {
        return (Number) Objects.requireNonNull(facts.get(name));
    }

    private static Kind kind(int mode) {
        return switch (mode & TYPE_MASK) {
            case 0040000 -> Kind.DIRECTORY;
            case 0100000 -> Kind.FILE;
            case 0120000 -> Kind.LINK;
            default -> Kind.OTHER;
        };
    }

    public boolean is(Kind other) {
        return kind == other;
    }
}
