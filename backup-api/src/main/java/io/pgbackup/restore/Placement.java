package io.pgbackup.restore;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the parts of a cluster go that need not lie in its data directory. Immutable; made by {@link RestoreRequest}.
 *
 * @param tablespaces places of single tablespaces, by name or OID
 * @param allTablespaces a directory below which all others get theirs; empty for where they were
 * @param links places of directories of the cluster, by name
 */
public record Placement(Map<String, Path> tablespaces, Optional<Path> allTablespaces, Map<String, Path> links) {
    /** Copies the maps. */
    public Placement {
        tablespaces = Map.copyOf(tablespaces);
        links = Map.copyOf(links);
    }

    static Placement asItWas() {
        return new Placement(Map.of(), Optional.empty(), Map.of());
    }

    Placement tablespace(String tablespace, Path place) {
        return new Placement(with(tablespaces, tablespace, place), allTablespaces, links);
    }

    Placement tablespacesBelow(Path directory) {
        return new Placement(tablespaces, Optional.of(directory), links);
    }

    Placement linked(String directory, Path place) {
        return new Placement(tablespaces, allTablespaces, with(links, directory, place));
    }

    private static Map<String, Path> with(Map<String, Path> places, String name, Path place) {
        Map<String, Path> more = new LinkedHashMap<>(places);
        if (more.put(name, Objects.requireNonNull(place, "place")) != null) {
            throw new IllegalArgumentException("'" + name + "' is mapped twice");
        }
        return more;
    }
}
