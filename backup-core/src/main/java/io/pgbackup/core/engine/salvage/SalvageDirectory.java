package io.pgbackup.core.engine.salvage;

import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.NativePaths;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RestoreException;
import io.pgbackup.restore.SalvageReport;
import io.pgbackup.restore.SalvageReport.Certainty;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The directory that receives what is saved. No link is made, tablespaces become directories, and the control file gets another name: no server starts from here
 * before a person has decided so. For one thread.
 */
final class SalvageDirectory {
    static final String CONTROL_FILE = "global/pg_control";
    static final String SUFFIX = ".salvaged";

    private final Path root;
    private final TreeMap<ClusterPath, SalvagedFile> files = new TreeMap<>();

    SalvageDirectory(Path root) {
        this.root = root;
    }

    /** Makes the directory, which must be absent or empty. */
    void create() {
        try {
            Files.createDirectories(root);
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
            try (Stream<Path> content = Files.list(root)) {
                if (content.findAny().isPresent()) {
                    throw new RestoreException(
                            ErrorCode.TARGET_UNUSABLE,
                            "cannot salvage into " + root + ": it is not empty",
                            "give an empty or absent directory");
                }
            }
        } catch (IOException e) {
            throw unwritable(root, e);
        }
    }

    /** A set's manifest tells of a file. */
    void describe(int level, ManifestEntry.File file, int unitSize) {
        Path path = place(file.path());
        SalvagedFile salvaged = salvaged(file.path(), unitSize);
        in(path, open -> salvaged.describe(level, file, open));
    }

    private SalvagedFile salvaged(ClusterPath path, int unitSize) {
        SalvagedFile before = files.get(path);
        if (before != null && before.unitSize() == unitSize) {
            return before;
        }
        SalvagedFile salvaged = new SalvagedFile(place(path), unitSize);
        files.put(path, salvaged);
        return salvaged;
    }

    /** Writes units of a frame, which lie one after the other. */
    void write(int level, SavedFrame frame, byte[] bytes, int length) {
        SalvagedFile salvaged = salvaged(frame.path(), frame.unitSize());
        in(place(frame.path()), open -> {
            if (!frame.described()) {
                salvaged.touch(level, open);
            }
            int position = 0;
            for (int unit : frame.unitNumbers()) {
                int size = Math.min(frame.unitSize(), length - position);
                if (size > 0) {
                    salvaged.write(unit, bytes, position, size, open);
                }
                position += size;
            }
        });
    }

    /** Forgets what the newest set has not any more. */
    void retain(Set<ClusterPath> paths) {
        for (ClusterPath path : List.copyOf(files.keySet())) {
            if (!paths.contains(path)) {
                files.remove(path);
                try {
                    Files.deleteIfExists(place(path));
                } catch (IOException e) {
                    throw unwritable(place(path), e);
                }
            }
        }
    }

    /** Gives all files their lengths and tells what is certain of them. */
    List<SalvageReport.SalvagedFile> finish(int newestLevel, OptionalLong seed, Runnable heartbeat) {
        List<SalvageReport.SalvagedFile> report = new ArrayList<>();
        files.forEach((path, file) -> {
            heartbeat.run();
            in(place(path), file::finish);
            try {
                Certainty certainty = file.certainty(newestLevel, seed);
                report.add(
                        new SalvageReport.SalvagedFile(path.toString(), file.length(), certainty, file.unknownBytes()));
            } catch (IOException e) {
                throw unwritable(place(path), e);
            }
        });
        return report;
    }

    void note(String name, List<String> lines) {
        try {
            Files.write(root.resolve(name), lines);
        } catch (IOException e) {
            throw unwritable(root.resolve(name), e);
        }
    }

    private Path place(ClusterPath path) {
        Path place = NativePaths.resolve(root, path.bytes());
        return path.toString().equals(CONTROL_FILE) ? place.resolveSibling(place.getFileName() + SUFFIX) : place;
    }

    private interface Action {
        void on(RandomAccessFile open) throws IOException;
    }

    private static void in(Path path, Action action) {
        try {
            Files.createDirectories(Objects.requireNonNull(path.getParent()));
            if (Files.isSymbolicLink(path) || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("it is no file");
            }
            try (RandomAccessFile open = new RandomAccessFile(path.toFile(), "rw")) {
                action.on(open);
            }
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    private static RestoreException unwritable(Path path, IOException cause) {
        return new RestoreException(
                ErrorCode.TARGET_UNWRITABLE,
                "cannot write " + path + ": " + cause,
                "check the permissions and the space of the target, and call again with an empty directory",
                cause);
    }
}
