package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.engine.restore.target.ConflictingPaths;
import io.pgbackup.core.engine.restore.target.Existing;
import io.pgbackup.core.engine.restore.target.MountPoints;
import io.pgbackup.core.engine.restore.target.RestoreMarker;
import io.pgbackup.core.engine.restore.target.SurplusTree;
import io.pgbackup.core.engine.restore.target.TargetDirectory;
import io.pgbackup.core.engine.restore.target.TargetFailure;
import io.pgbackup.core.engine.restore.target.TargetGuard;
import io.pgbackup.core.engine.restore.target.TargetJoin;
import io.pgbackup.core.engine.restore.target.TargetPlaces;
import io.pgbackup.core.engine.restore.target.TargetSpace;
import io.pgbackup.core.manifest.ManifestChain;
import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.NativePaths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Looks at everything a restore will meet, and refuses what it must not touch: decides where tablespaces go, what is removed and cut, and how much space
 * is needed. Changes nothing. For one thread.
 */
final class Survey implements TargetJoin.Visitor {
    /** What a survey decides with. */
    record Means(
            Operation operation,
            TargetGuard guard,
            TablespaceMapping mapping,
            DatabaseSelection selection,
            MountPoints mounts,
            boolean replaces) {}

    private final Means means;
    private final TargetPlaces places;
    private final ConflictingPaths conflicts;
    private final SurplusTree surplus;
    private final ChangeTally tally;
    private final TargetSpace space = new TargetSpace();
    private final SettingsInSet settings = new SettingsInSet();
    private final Comparison comparison;
    private final int pageSize;
    private long bytes;

    /** Compares the content of a file that is there with what it shall be, now or later, and counts. */
    interface Comparison {
        void compare(ManifestChain.Chained wanted, Path path);
    }

    Survey(Means means, TargetPlaces places, ChangeTally tally, Comparison comparison, int pageSize) {
        this.means = means;
        this.places = places;
        this.conflicts = new ConflictingPaths(places);
        this.surplus = new SurplusTree(means.mounts());
        this.tally = tally;
        this.comparison = comparison;
        this.pageSize = pageSize;
    }

    @Override
    public void wanted(ManifestChain.Chained wanted, Path path, Existing existing) {
        means.operation().heartbeat();
        ManifestEntry entry = wanted.entry();
        if (entry instanceof ManifestEntry.Link link) {
            tablespace(link, path);
        }
        settings.note(wanted);
        boolean inTheWay = conflicts.inTheWay(entry, path, existing);
        if (inTheWay) {
            remove(path, true);
            warnOfLink(path, existing);
        }
        if (entry instanceof ManifestEntry.File file) {
            file(file, path, inTheWay ? Existing.ABSENT : existing);
            if (!inTheWay && existing.is(Existing.Kind.FILE) && !blank(file)) {
                comparison.compare(wanted, path);
            }
        }
    }

    private void warnOfLink(Path path, Existing existing) {
        if (existing.is(Existing.Kind.LINK)) {
            means.operation()
                    .warn(
                            path.toString(),
                            "is a link that the restored cluster does not have: what it leads to stays as it is");
        }
    }

    private boolean blank(ManifestEntry.File file) {
        return file.proof().paged() && means.selection().excludes(file.path());
    }

    private void file(ManifestEntry.File file, Path path, Existing existing) {
        long size = file.attributes().size();
        bytes += size;
        if (existing.size() > size) {
            tally.cut();
        }
        space.grows(holder(path), (blank(file) ? 0 : size) - existing.size());
        if (existing.is(Existing.Kind.ABSENT) && !blank(file)) {
            tally.fetch(file.proof().paged() ? file.unitCount(pageSize) : 0, size);
        }
    }

    /** WAL that is brought from the archive. Some of it takes the place of what the set has: that is counted twice, to be safe. */
    void brought(long walBytes) {
        bytes += walBytes;
        space.grows(holder(places.of(ClusterPath.of("pg_wal"))), walBytes);
    }

    private Path holder(Path path) {
        Path holder = places.root();
        for (Path place : places.all()) {
            if (path.startsWith(place)) {
                holder = place;
            }
        }
        return holder;
    }

    @Override
    public void surplus(Path path) {
        means.operation().heartbeat();
        remove(path, false);
    }

    private void remove(Path path, boolean inTheWay) {
        Set<Path> mounted = surplus.visit(path, (removed, size) -> {
            tally.remove(removed, size);
            space.grows(holder(removed), -size);
        });
        if (!mounted.isEmpty() && inTheWay) {
            throw TargetFailure.unusable(
                    path, "a file system is mounted at " + mounted, "unmount it, or restore into another directory");
        }
        mounted.forEach(mount -> means.operation()
                .warn(mount.toString(), "a file system is mounted there that the backup does not know: it stays"));
    }

    private void tablespace(ManifestEntry.Link link, Path path) {
        long oid = TablespaceMapping.oid(link);
        Path place = means.mapping().placeOf(link);
        List<Path> others = new ArrayList<>(places.all());
        TargetGuard.requireApart(place, others);
        means.guard().requireApartFromRepositories(place);
        if (TargetGuard.holdsSomething(place) && !isOurs(path, place)) {
            throw TargetFailure.unusable(
                    place,
                    "it is the place of tablespace " + means.mapping().name(link) + " and not empty",
                    "give the tablespace another place with tablespace(\""
                            + means.mapping().name(link) + "\", path), or all of them with tablespacesBelow(path)");
        }
        places.tablespace(oid, place);
    }

    /** A directory outside belongs to what is replaced if the data directory links to it, or the restore that was begun had it. */
    boolean isOurs(Path link, Path place) {
        return means.replaces()
                && (TargetDirectory.leadsTo(link, place)
                        || RestoreMarker.in(places.root())
                                .filter(marker -> marker.names(place))
                                .isPresent());
    }

    /** The places of linked directories, before anything is walked. */
    void requireUsableLinks() {
        List<Path> others = new ArrayList<>(List.of(places.root()));
        places.links().forEach((name, place) -> {
            TargetGuard.requireApart(place, others);
            others.add(place);
            means.guard().requireApartFromRepositories(place);
            Path link = NativePaths.resolve(places.root(), ClusterPath.of(name).bytes());
            if (TargetGuard.holdsSomething(place) && !isOurs(link, place)) {
                throw TargetFailure.unusable(
                        place,
                        "it is the place of " + name + " and not empty",
                        "name a directory that is absent or empty");
            }
        });
    }

    SettingsInSet settings() {
        return settings;
    }

    TargetSpace space() {
        return space;
    }

    long bytes() {
        return bytes;
    }
}
