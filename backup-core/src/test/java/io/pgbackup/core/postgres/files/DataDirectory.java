package io.pgbackup.core.postgres.files;

import io.pgbackup.core.postgres.ControlFileBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory that looks like a cluster of PostgreSQL 17, for tests without a server. */
final class DataDirectory {
    static final String VERSION = "PG_17_202406281";

    private final Path root;

    DataDirectory(Path root) throws IOException {
        this.root = root;
        write("PG_VERSION", "17\n");
        Files.createDirectories(root.resolve("global"));
        Files.write(root.resolve("global/pg_control"), ControlFileBytes.of(1700));
        Files.createDirectories(root.resolve("pg_tblspc"));
        Files.createDirectories(root.resolve("pg_wal"));
    }

    DataDirectory write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, text);
        return this;
    }

    Path path() {
        return root;
    }
}
