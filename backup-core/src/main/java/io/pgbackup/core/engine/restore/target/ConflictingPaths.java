package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.manifest.ManifestEntry;
import java.nio.file.Path;

/** Whether what lies at a path must go before what is wanted can be there. */
public final class ConflictingPaths {
    private final TargetPlaces places;

    public ConflictingPaths(TargetPlaces places) {
        this.places = places;
    }

    public boolean inTheWay(ManifestEntry wanted, Path path, Existing existing) {
        if (existing.is(Existing.Kind.ABSENT)) {
            return false;
        }
        if (wanted instanceof ManifestEntry.File) {
            return !existing.changeable();
        }
        return places.behind(wanted.path())
                .map(place -> !TargetDirectory.leadsTo(path, place))
                .orElse(!existing.is(Existing.Kind.DIRECTORY));
    }
}
