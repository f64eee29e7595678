package io.pgbackup.core.postgres.files;

import io.pgbackup.core.postgres.files.EntryAttributes.Ownership;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Reads what the file system says, one call per file; names of users are asked once. For one thread. */
final class LocalAttributes {
    /** What kind of thing lies in the file system. */
    enum Type {
        DIRECTORY,
        FILE,
        LINK,
        OTHER
    }

    /** One answer of the file system. */
    record Facts(Type type, EntryAttributes attributes) {}

    private static final String WANTED = "unix:mode,size,lastModifiedTime,uid,gid";
    private static final int TYPE_MASK = 0170000;
    private static final int PERMISSION_MASK = 07777;

    private final Map<Long, Ownership> owners = new HashMap<>();

    Facts read(Path path, LinkOption... options) throws IOException {
        Map<String, Object> values = Files.readAttributes(path, WANTED, options);
        int mode = (Integer) Objects.requireNonNull(values.get("mode"));
        Type type = type(mode);
        long size = type == Type.FILE ? (Long) Objects.requireNonNull(values.get("size")) : 0;
        FileTime modified = (FileTime) Objects.requireNonNull(values.get("lastModifiedTime"));
        long user = ((Integer) Objects.requireNonNull(values.get("uid"))).longValue();
        long group = Integer.toUnsignedLong((Integer) Objects.requireNonNull(values.get("gid")));
        Ownership ownership = ownership(user << 32 | group, path, options);
        return new Facts(type, new EntryAttributes(size, mode & PERMISSION_MASK, ownership, modified.toInstant()));
    }

    private Ownership ownership(long key, Path path, LinkOption... options) throws IOException {
        Ownership known = owners.get(key);
        if (known == null) {
            PosixFileAttributes posix = Files.readAttributes(path, PosixFileAttributes.class, options);
            known = new Ownership(posix.owner().getName(), posix.group().getName());
            owners.put(key, known);
        }
        return known;
    }

    private static Type type(int mode) {
        return switch (mode & TYPE_MASK) {
            case 0040000 -> Type.DIRECTORY;
            case 0100000 -> Type.FILE;
            case 0120000 -> Type.LINK;
            default -> Type.OTHER;
        };
    }
}
