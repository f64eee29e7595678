package io.pgbackup.core.storage;

import io.pgbackup.storage.FileNames;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reads one level of the key space from a directory. Names that are not ours ({@link FileNames}) are passed over; a directory without any
 * object below it is no prefix. For one use by one thread.
 */
final class DirectoryListing {
    private final DirectoryTree tree;
    private final List<ObjectInfo> objects = new ArrayList<>();
    private final List<ObjectPrefix> prefixes = new ArrayList<>();
    private boolean somethingVanished;

    DirectoryListing(DirectoryTree tree) {
        this.tree = tree;
    }

    /** Receives what has the name of an object or prefix. */
    @FunctionalInterface
    private interface Visitor {
        /** Returns false to end the walk. */
        boolean visit(String segment, Path path, BasicFileAttributes attributes) throws IOException, StorageException;
    }

    Listing read(ObjectPrefix prefix) throws IOException, StorageException {
        Path directory = tree.directory(prefix);
        Optional<BasicFileAttributes> found = tree.find(directory);
        if (found.isPresent() && found.get().isDirectory()) {
            walk(directory, List.of(), (segment, path, attributes) -> {
                add(prefix, segment, path, attributes);
                return true;
            });
        }
        if (somethingVanished || (objects.isEmpty() && prefixes.isEmpty())) {
            // Deleted meanwhile, or unmounted under our feet: then this listing would be a lie.
            tree.requireRepository();
        }
        objects.sort(Comparator.comparing(ObjectInfo::key));
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }

    private void add(ObjectPrefix prefix, String segment, Path path, BasicFileAttributes attributes)
            throws IOException, StorageException {
        if (attributes.isRegularFile()) {
            objects.add(new ObjectInfo(
                    prefix.key(segment),
                    attributes.size(),
                    attributes.lastModifiedTime().toInstant()));
        } else if (holdsObject(path)) {
            prefixes.add(prefix.resolve(segment));
        }
    }

    private boolean holdsObject(Path directory) throws IOException, StorageException {
        return !walk(
                directory, List.of(), (segment, path, attributes) -> !attributes.isRegularFile() && !holdsObject(path));
    }

    /** Visits the entries of a directory; {@code outer} are the names whose last piece is looked for here. */
    private boolean walk(Path directory, List<String> outer, Visitor visitor) throws IOException, StorageException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (!visit(entry, outer, visitor)) {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            somethingVanished = true;
            return true;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private boolean visit(Path entry, List<String> outer, Visitor visitor) throws IOException, StorageException {
        List<String> names = new ArrayList<>(outer);
        names.add(entry.getFileName().toString());
        boolean continued = FileNames.isContinued(entry.getFileName().toString());
        Optional<String> segment = continued ? Optional.of("") : FileNames.segment(names);
        if (segment.isEmpty()) {
            return true;
        }
        Optional<BasicFileAttributes> attributes = DirectoryTree.attributesOf(entry);
        if (attributes.isEmpty()) {
            somethingVanished = true;
            return true;
        }
        if (continued) {
            return !attributes.get().isDirectory() || walk(entry, names, visitor);
        }
        return visitor.visit(segment.get(), entry, attributes.get());
    }
}
