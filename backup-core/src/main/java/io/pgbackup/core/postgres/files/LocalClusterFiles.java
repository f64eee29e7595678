package io.pgbackup.core.postgres.files;

import io.pgbackup.core.postgres.ControlFile;
import io.pgbackup.core.postgres.ControlFileReader;
import io.pgbackup.core.postgres.Pause;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The files of a cluster whose data directory this process can read, whether or not its server runs. The directory itself and
 * {@code pg_wal} may be symbolic links. Safe for use by many threads.
 */
public final class LocalClusterFiles implements ClusterFiles {
    private static final String CONTROL_FILE = "global/pg_control";
    private static final int SUMMARIES_SINCE = 1700;

    private final Path root;
    private final Pause pause;

    /**
     * Opens a data directory.
     *
     * @param dataDirectory as the server's {@code data_directory} says
     * @param pause between tries of reads that met a write
     * @throws ClusterException {@code SOURCE_UNREADABLE} if there is no such directory or it is not readable
     */
    public LocalClusterFiles(Path dataDirectory, Pause pause) {
        this.pause = pause;
        try {
            this.root = dataDirectory.toRealPath();
        } catch (IOException e) {
            throw new ClusterException(
                    ErrorCode.SOURCE_UNREADABLE,
                    "cannot open the data directory " + dataDirectory + ": " + e,
                    "Name the directory that 'SHOW data_directory' tells, as this process sees it.",
                    e);
        }
    }

    @Override
    public ControlFile readControlFile() {
        return new ControlFileReader(pause).read(() -> {
            try {
                return Files.readAllBytes(root.resolve(CONTROL_FILE));
            } catch (IOException e) {
                throw SourceFailure.reading(root.resolve(CONTROL_FILE), e);
            }
        });
    }

    @Override
    public ClusterScan scan(ScanOptions options) {
        ControlFile control = readControlFile();
        List<String> walDirectories = control.controlVersion() >= SUMMARIES_SINCE
                ? List.of("archive_status", "summaries")
                : List.of("archive_status");
        try {
            String version = LocalTablespaces.versionDirectory(root, control.catalogVersion());
            return new LocalScan(root, options, new LocalTablespaces(root, version, pause), walDirectories);
        } catch (IOException e) {
            throw SourceFailure.reading(root, e);
        }
    }

    @Override
    public Optional<SourceFile> open(ClusterEntry entry) {
        if (entry.kind() != ClusterEntry.Kind.FILE) {
            throw new IllegalArgumentException("not a file: " + entry);
        }
        return LocalSourceFile.open(
                NativePaths.resolve(root, entry.path().bytes()), entry.path().toString());
    }

    @Override
    public Optional<SourceFile> openWal(WalFileName name) {
        return LocalSourceFile.open(wal().resolve(name.toString()), "pg_wal/" + name);
    }

    @Override
    public List<WalFileName> listWal() {
        try {
            List<WalFileName> names = new ArrayList<>();
            for (byte[] name : LocalDirectory.list(wal())) {
                WalFileName.tryParse(ClusterPath.printable(name)).ifPresent(names::add);
            }
            names.sort(Comparator.comparing(WalFileName::toString));
            return names;
        } catch (IOException e) {
            throw SourceFailure.reading(wal(), e);
        }
    }

    private Path wal() {
        return root.resolve("pg_wal");
    }

    /** Nothing to close: files are opened one by one. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "LocalClusterFiles[" + root + "]";
    }
}
