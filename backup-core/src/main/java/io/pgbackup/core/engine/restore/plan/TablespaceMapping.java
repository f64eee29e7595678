package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.engine.content.SetContents;
import io.pgbackup.core.engine.restore.target.TargetGuard;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.NativePaths;
import io.pgbackup.error.ConfigurationException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.restore.Placement;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where each tablespace of a set goes: where the request says, else where it was. For one thread. */
final class TablespaceMapping {
    private static final String PLAIN_WORD = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}";

    private final SetContents contents;
    private final Placement placement;
    private final Set<String> unused;

    TablespaceMapping(SetContents contents, Placement placement) {
        this.contents = contents;
        this.placement = placement;
        this.unused = new HashSet<>(placement.tablespaces().keySet());
    }

    static long oid(ManifestEntry.Link link) {
        List<String> parts = link.path().components();
        if (parts.size() != 2
                || !parts.get(0).equals("pg_tblspc")
                || !parts.get(1).matches("[0-9]{1,10}")) {
            throw new MalformedContentException("a link lies at " + link.path());
        }
        return Long.parseLong(parts.get(1));
    }

    String name(ManifestEntry.Link link) {
        String oid = link.path().name();
        return contents.root().tablespaces().getOrDefault(oid, oid);
    }

    Path placeOf(ManifestEntry.Link link) {
        Map<String, Path> places = placement.tablespaces();
        String oid = link.path().name();
        String name = name(link);
        boolean named = unused.remove(name);
        boolean numbered = unused.remove(oid);
        if (named || numbered) {
            Path place = places.get(named ? name : oid);
            return TargetGuard.real(java.util.Objects.requireNonNull(place));
        }
        return TargetGuard.real(placement
                .allTablespaces()
                .map(above -> above.resolve(name.matches(PLAIN_WORD) ? name : oid))
                .orElseGet(() -> NativePaths.absolute(link.target().bytes())));
    }

    /** After all links were seen: names that are of no tablespace are a mistake of the request. */
    void requireAllUsed() {
        if (!unused.isEmpty()) {
            throw new ConfigurationException(
                    ErrorCode.INVALID_REQUEST,
                    "backup " + contents.record().label() + " has no tablespace " + unused,
                    "it has " + contents.root().tablespaces().values());
        }
    }
}
