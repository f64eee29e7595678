package io.pgbackup.sftp;

import io.pgbackup.storage.FileNames;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Reads one level of the key space from a directory of the server. Names that are not ours ({@link FileNames}) are passed over; a directory
 * without any object below it is no prefix. For one use by one thread.
 */
final class RemoteListing {
    /** How many directories are looked into at the same time. */
    private static final int TOGETHER = 64;

    private final SftpFiles files;
    private final RemoteTree tree;
    private final List<ObjectInfo> objects = new ArrayList<>();
    private final List<ObjectPrefix> prefixes = new ArrayList<>();
    private final List<Place> candidates = new ArrayList<>();
    private final List<ObjectPrefix> candidatePrefixes = new ArrayList<>();
    private boolean somethingVanished;

    RemoteListing(SftpFiles files, RemoteTree tree) {
        this.files = files;
        this.tree = tree;
    }

    /**
     * A directory.
     *
     * @param path where
     * @param outer the names whose last piece is looked for here, see {@link FileNames}
     */
    private record Place(String path, List<String> outer) {
        Place continued(String name) {
            return new Place(RemoteTree.below(path, name), names(name));
        }

        Place deeper(String name) {
            return new Place(RemoteTree.below(path, name), List.of());
        }

        List<String> names(String last) {
            List<String> names = new ArrayList<>(outer);
            names.add(last);
            return List.copyOf(names);
        }
    }

    Listing read(ObjectPrefix prefix) throws IOException, StorageException {
        String directory = tree.directory(prefix);
        Optional<RemoteAttributes> found =
                directory.equals(tree.root()) ? files.follow(directory).get() : tree.find(files, directory);
        if (found.isPresent() && found.get().isDirectory()) {
            collect(prefix, new Place(directory, List.of()));
            judgeCandidates();
        }
        if (somethingVanished || (objects.isEmpty() && prefixes.isEmpty())) {
            // Deleted meanwhile, or unmounted under our feet: then this listing would be a lie.
            tree.requireRepository(files);
        }
        objects.sort(Comparator.comparing(ObjectInfo::key));
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }

    private void collect(ObjectPrefix prefix, Place place) throws IOException, StorageException {
        Optional<List<RemoteEntry>> entries = RemoteDirectory.read(files, place.path());
        somethingVanished |= entries.isEmpty();
        for (RemoteEntry entry : entries.orElse(List.of())) {
            if (FileNames.isContinued(entry.name())) {
                if (entry.attributes().isDirectory()) {
                    collect(prefix, place.continued(entry.name()));
                }
                continue;
            }
            Optional<String> segment = FileNames.segment(place.names(entry.name()));
            if (segment.isEmpty()) {
                continue;
            }
            if (RemoteTree.isFile(RemoteTree.below(place.path(), entry.name()), entry.attributes())) {
                objects.add(new ObjectInfo(
                        prefix.key(segment.get()),
                        entry.attributes().size(),
                        entry.attributes().modified()));
            } else {
                candidates.add(place.deeper(entry.name()));
                candidatePrefixes.add(prefix.resolve(segment.get()));
            }
        }
    }

    private void judgeCandidates() throws IOException, StorageException {
        List<Boolean> verdicts = holdObjects(candidates);
        for (int index = 0; index < verdicts.size(); index++) {
            if (verdicts.get(index)) {
                prefixes.add(candidatePrefixes.get(index));
            }
        }
    }

    /** Whether there is an object at any depth, for each of these directories. */
    private List<Boolean> holdObjects(List<Place> places) throws IOException, StorageException {
        List<Boolean> verdicts = new ArrayList<>();
        for (int begin = 0; begin < places.size(); begin += TOGETHER) {
            List<Place> batch = places.subList(begin, Math.min(begin + TOGETHER, places.size()));
            List<Answer<FileHandle>> opened = new ArrayList<>();
            for (Place place : batch) {
                opened.add(files.openDirectory(place.path()));
            }
            List<Optional<RemoteDirectory>> reading = new ArrayList<>();
            for (Answer<FileHandle> answer : opened) {
                reading.add(begin(answer));
            }
            for (int index = 0; index < batch.size(); index++) {
                verdicts.add(holdsObject(batch.get(index), reading.get(index)));
            }
        }
        return verdicts;
    }

    private Optional<RemoteDirectory> begin(Answer<FileHandle> answer) throws IOException {
        try {
            return Optional.of(RemoteDirectory.reading(files, answer.get()));
        } catch (SftpStatusException e) {
            if (e.isMissing()) {
                somethingVanished = true;
                return Optional.empty();
            }
            throw e;
        }
    }

    private boolean holdsObject(Place place, Optional<RemoteDirectory> opened) throws IOException, StorageException {
        List<Place> deeper = new ArrayList<>();
        if (opened.isPresent()) {
            try (RemoteDirectory directory = opened.get()) {
                for (List<RemoteEntry> page = directory.next(); !page.isEmpty(); page = directory.next()) {
                    if (holdsObject(place, page, deeper)) {
                        return true;
                    }
                }
            }
        }
        return !deeper.isEmpty() && holdObjects(deeper).contains(true);
    }

    private static boolean holdsObject(Place place, List<RemoteEntry> page, List<Place> deeper)
            throws StorageException {
        for (RemoteEntry entry : page) {
            if (FileNames.isContinued(entry.name())) {
                deeper.add(place.continued(entry.name()));
            } else if (FileNames.segment(place.names(entry.name())).isPresent()) {
                if (RemoteTree.isFile(RemoteTree.below(place.path(), entry.name()), entry.attributes())) {
                    return true;
                }
                deeper.add(place.deeper(entry.name()));
            }
        }
        return false;
    }
}
