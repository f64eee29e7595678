package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.manifest.ManifestEntry;
import io.pgbackup.core.postgres.files.ClusterPath;
import io.pgbackup.core.postgres.files.EntryAttributes;
import io.pgbackup.core.postgres.files.NativePaths;
import io.pgbackup.core.work.OrderedWork;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The directory being restored into, with its tablespaces and links. Every change goes through here or through the files it hands out, and asks the
 * gate first. No link is followed: parents are directories of this restore, and what lies at a path is never opened if it is a link. For one
 * thread, except for the files it hands out.
 */
public final class TargetDirectory {
    public static final String CONTROL_FILE = "global/pg_control";

    private final TargetPlaces places;
    private final Ownership ownership;
    private final ChangeGate gate;
    private final Set<Path> directories = new LinkedHashSet<>();
    private final Set<Path> made = new LinkedHashSet<>();

    public TargetDirectory(TargetPlaces places, Ownership ownership, ChangeGate gate) {
        this.places = places;
        this.ownership = ownership;
        this.gate = gate;
    }

    public TargetPlaces places() {
        return places;
    }

    public Ownership ownership() {
        return ownership;
    }

    /** Makes the data directory and keeps other restores away from it; nothing else may be touched before. */
    public RestoreClaim claim(RestoreMarker marker, boolean alone) {
        makeRoot(places.root());
        gate.before(RestoreMarker.file(places.root()));
        return RestoreClaim.on(places.root(), marker, alone);
    }

    /** Makes the directories that hold everything, and sees to it that no server can start here: then anything else may change. */
    public void begin() {
        places.all().stream().skip(1).forEach(this::makeRoot);
        Path control = places.root().resolve(CONTROL_FILE);
        Path global = Objects.requireNonNull(control.getParent());
        Existing holder = Existing.at(global);
        try {
            if (holder.is(Existing.Kind.DIRECTORY)) {
                gate.before(control);
                Files.deleteIfExists(control);
                DurableTree.sync(global);
            } else if (!holder.is(Existing.Kind.ABSENT)) {
                // A link to a directory would do for a server.
                gate.before(global);
                Files.delete(global);
                DurableTree.sync(places.root());
            }
        } catch (IOException e) {
            throw TargetFailure.writing(control, e);
        }
    }

    private void makeRoot(Path directory) {
        gate.before(directory);
        try {
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                made.add(directory);
            }
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            directories.add(directory);
        } catch (IOException e) {
            throw TargetFailure.writing(directory, e);
        }
    }

    /** The data directory and everything behind links belong to whoever owns the files. */
    public void giveRootsTo(EntryAttributes model) {
        for (Path directory : places.all()) {
            gate.before(directory);
            try {
                ownership.applyToDirectory(directory, model);
            } catch (IOException e) {
                throw TargetFailure.writing(directory, e);
            }
        }
    }

    public void directory(ManifestEntry.Directory directory, Path path, Existing existing) {
        gate.before(path);
        Path behind = places.behind(directory.path()).orElse(null);
        try {
            if (behind != null) {
                link(path, behind, directory.attributes().ownership(), existing);
                return;
            }
            if (existing.is(Existing.Kind.ABSENT)) {
                Files.createDirectory(path);
            }
            requireInside(path);
            directories.add(path);
            ownership.applyToDirectory(path, directory.attributes());
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    /** Nobody may have put a link into the way since it was looked at. */
    private static void requireInside(Path directory) throws IOException {
        if (!directory.toRealPath().equals(directory)) {
            throw TargetFailure.unusable(
                    directory, "a link leads out of the target there", "let nobody else change the target");
        }
    }

    public void link(ManifestEntry.Link link, Path path, Existing existing) {
        gate.before(path);
        try {
            link(
                    path,
                    places.behind(link.path()).orElseThrow(),
                    link.attributes().ownership(),
                    existing);
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    private void link(Path path, Path place, EntryAttributes.Ownership owner, Existing existing) throws IOException {
        if (existing.is(Existing.Kind.ABSENT)) {
            Files.createSymbolicLink(path, place);
        }
        ownership.giveAway(path, owner);
    }

    /** What a link of the target points to is what it shall. */
    public static boolean leadsTo(Path link, Path place) {
        try {
            if (!Files.isSymbolicLink(link)) {
                return false;
            }
            return Files.readSymbolicLink(link).equals(place)
                    || Files.exists(link) && link.toRealPath().equals(place);
        } catch (IOException e) {
            throw TargetFailure.reading(link, e);
        }
    }

    /** Removes one file, link or empty directory. */
    public void remove(Path path) {
        gate.before(path);
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    /** Takes off what is longer than wanted. */
    public void cut(Path path, long size) {
        gate.before(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            channel.truncate(size);
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    public boolean holds(String name) {
        return Existing.at(places.of(ClusterPath.of(name))).is(Existing.Kind.FILE);
    }

    /** Reads a file that was restored before; empty if there is none. */
    public byte[] read(String name) {
        Path path = places.of(ClusterPath.of(name));
        try {
            return holds(name) ? Files.readAllBytes(path) : new byte[0];
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    /** What is written into a file. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes a small file, see {@link #write(String, Content, EntryAttributes)}. */
    public void write(String name, byte[] content, EntryAttributes attributes) {
        write(name, out -> out.write(content), attributes);
    }

    /** Writes a file under a temporary name first, so that it is there whole or not at all. By any thread. */
    public void write(String name, Content content, EntryAttributes attributes) {
        Path path = places.of(ClusterPath.of(name));
        Path temporary = path.resolveSibling(path.getFileName() + ".pgbackup");
        gate.before(path);
        try {
            Files.deleteIfExists(temporary);
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                gate.before(temporary);
                content.writeTo(Channels.newOutputStream(channel));
                ownership.apply(temporary, attributes);
                channel.force(true);
            }
            gate.before(path);
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
            DurableTree.sync(Objects.requireNonNull(path.getParent()));
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }

    /** Makes everything durable that was restored so far. */
    public void sync(OrderedWork work) {
        DurableTree.sync(directories, work);
        for (Path place : places.all()) {
            Path above = place.getParent();
            if (above != null) {
                DurableTree.sync(above);
            }
        }
    }

    /** Puts the control file in place: from here on a server can start. Then nothing is half restored any more. */
    public void finish(byte[] control, EntryAttributes attributes) {
        write(CONTROL_FILE, control, attributes);
        remove(RestoreMarker.file(places.root()));
        DurableTree.sync(places.root());
    }

    public Set<String> unknownOwners() {
        return ownership.unknown();
    }

    /** Removes all of it, but for what file systems need: directories that were empty at the begin are empty again, those that were absent are gone. */
    public void clear(SurplusTree surplus) throws IOException {
        for (Path place : places.all()) {
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            for (byte[] name : NativePaths.names(place)) {
                Path path = NativePaths.resolve(place, name);
                if (!path.endsWith("lost+found")) {
                    surplus.visit(path, (found, size) -> {
                        gate.before(found);
                        Files.deleteIfExists(found);
                    });
                }
            }
        }
        for (Path directory : List.copyOf(made)) {
            gate.before(directory);
            Files.deleteIfExists(directory);
        }
    }
}
