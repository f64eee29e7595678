package io.pgbackup.core.engine.restore.target;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RestoreException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Needed against free space, for every file system that gets a part of the cluster. For one thread. */
public final class TargetSpace {
    private final Map<Path, Long> growth = new LinkedHashMap<>();

    /** The path, or the first one above that exists. */
    static Path existing(Path path) {
        Path existing = path;
        for (Path above = path; above != null && !Files.exists(existing); above = above.getParent()) {
            existing = above;
        }
        return existing;
    }

    public static long free(Path directory) {
        Path existing = existing(directory);
        try {
            return Files.getFileStore(existing).getUsableSpace();
        } catch (IOException e) {
            throw TargetFailure.reading(existing, e);
        }
    }

    /** Notes that a directory will hold more bytes, or fewer. */
    public void grows(Path place, long bytes) {
        growth.merge(place, bytes, Long::sum);
    }

    public void requireEnough() {
        Map<FileStore, Long> needed = new LinkedHashMap<>();
        Map<FileStore, Path> names = new LinkedHashMap<>();
        growth.forEach((place, bytes) -> {
            Path existing = existing(place);
            try {
                FileStore store = Files.getFileStore(existing);
                needed.merge(store, bytes, Long::sum);
                names.putIfAbsent(store, place);
            } catch (IOException e) {
                throw TargetFailure.reading(existing, e);
            }
        });
        needed.forEach((store, bytes) -> {
            Path place = names.get(store);
            if (place != null && bytes > free(place)) {
                throw new RestoreException(
                        ErrorCode.NO_SPACE,
                        place + " has " + free(place) + " bytes free, " + bytes + " are needed",
                        "free or add space, restore elsewhere, or give tablespaces a place on another file system");
            }
        });
    }
}
