package io.pgbackup.core.engine.restore;

import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.NativePaths;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RestoreException;
import io.pgbackup.restore.RestorePlan;
import io.pgbackup.restore.RestoreRequest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks at everything that could stop a restore, before a byte is written. For one call. */
final class RestorePlanner {
    private final Operation operation;
    private final SetContents contents;
    private final RestoreRequest request;

    RestorePlanner(Operation operation, SetContents contents, RestoreRequest request) {
        this.operation = operation;
        this.contents = contents;
        this.request = request;
    }

    RestorePlan plan() {
        Path directory = request.directory().toAbsolutePath().normalize();
        requireUsable(directory);
        Map<Long, Path> tablespaces = tablespaces(directory);
        tablespaces.values().forEach(RestorePlanner::requireUsable);
        long needed = bytesToWrite();
        long free = free(directory);
        if (needed > free) {
            throw new RestoreException(
                    ErrorCode.NO_SPACE,
                    directory + " has " + free + " bytes free, " + needed + " are needed",
                    "free or add space, or restore elsewhere; tablespaces on other file systems need less here");
        }
        return new RestorePlan(
                contents.repository().name(),
                contents.record().label(),
                contents.record().server(),
                contents.levels().stream().map(level -> level.label()).toList(),
                directory,
                needed,
                free,
                tablespaces,
                operation.warnings());
    }

    private long bytesToWrite() {
        long segment = contents.record().server().segmentSize();
        long start = contents.record().wal().start().value();
        long stop = contents.record().wal().stop().value();
        long segments = Long.divideUnsigned(stop - 1, segment) - Long.divideUnsigned(start, segment) + 1;
        return contents.record().sizes().cluster() + segments * segment;
    }

    private static long free(Path directory) {
        Path existing = existing(directory);
        try {
            return Files.getFileStore(existing).getUsableSpace();
        } catch (IOException e) {
            throw TargetFailure.writing(existing, e);
        }
    }

    /** The path, or the first one above that exists. */
    private static Path existing(Path directory) {
        Path existing = directory;
        for (Path above = directory; above != null && !Files.exists(existing); above = above.getParent()) {
            existing = above;
        }
        return existing;
    }

    private static void requireUsable(Path directory) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            requireWritableAbove(directory);
            return;
        }
        if (!Files.isDirectory(directory)) {
            throw TargetFailure.unusable(
                    directory, "it is not a directory", "name a directory that is absent or empty");
        }
        if (Files.exists(directory.resolve("postmaster.pid"))) {
            throw TargetFailure.unusable(
                    directory,
                    "it holds postmaster.pid: a server runs there, or was killed there",
                    "stop that server, or restore into another directory");
        }
        try (DirectoryStream<Path> content = Files.newDirectoryStream(directory)) {
            if (content.iterator().hasNext()) {
                throw TargetFailure.unusable(
                        directory, "it is not empty", "name a directory that is absent or empty; nothing was changed");
            }
        } catch (IOException e) {
            throw TargetFailure.writing(directory, e);
        }
    }

    private static void requireWritableAbove(Path directory) {
        Path above = existing(directory);
        if (!Files.isDirectory(above) || !Files.isWritable(above)) {
            throw TargetFailure.unusable(
                    directory, above + " is no directory in which one can be made", "name another place");
        }
    }

    private Map<Long, Path> tablespaces(Path directory) {
        Map<String, Path> wanted = new LinkedHashMap<>(request.tablespaces());
        Map<Long, Path> places = new LinkedHashMap<>();
        for (ManifestEntry.Link link : links()) {
            String oid = link.path().name();
            String name = contents.root().tablespaces().getOrDefault(oid, oid);
            Path byName = wanted.remove(name);
            Path byOid = wanted.remove(oid);
            Path place = byName != null ? byName : byOid;
            if (place == null) {
                place = NativePaths.absolute(link.target().bytes());
            }
            places.put(Long.parseLong(oid), place.toAbsolutePath().normalize());
        }
        if (!wanted.isEmpty()) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "backup " + contents.record().label() + " has no tablespace " + wanted.keySet(),
                    "it has " + contents.root().tablespaces().values());
        }
        requireApart(directory, places);
        return places;
    }

    private static void requireApart(Path directory, Map<Long, Path> places) {
        Set<Path> seen = new HashSet<>(Set.of(directory));
        places.values().forEach(place -> {
            boolean overlaps = seen.stream().anyMatch(other -> other.startsWith(place) || place.startsWith(other));
            if (overlaps) {
                throw TargetFailure.unusable(
                        place,
                        "it overlaps with another directory of this restore",
                        "give each tablespace a place of its own");
            }
            seen.add(place);
        });
    }

    private List<ManifestEntry.Link> links() {
        List<ManifestEntry.Link> links = new ArrayList<>();
        ManifestChain files = contents.files();
        while (files.hasNext()) {
            operation.heartbeat();
            if (files.next().entry() instanceof ManifestEntry.Link link) {
                List<String> parts = link.path().components();
                if (parts.size() != 2
                        || !parts.get(0).equals("pg_tblspc")
                        || !parts.get(1).matches("[0-9]{1,10}")) {
                    throw new MalformedContentException("a link lies at " + link.path());
                }
                links.add(link);
            }
        }
        return links;
    }
}
