package io.pgbackup.gcs;

import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds the generations of objects that were current at a time, in a bucket with object versioning. What happened at that very millisecond has not happened yet, unless it
 * made an object that was not there. Immutable.
 */
final class Generations {
    private final ListingPages pages;
    private final GcsLocation location;
    private final GcsErrors errors;
    private final Instant time;

    Generations(Storage client, GcsLocation location, GcsErrors errors, Instant time) {
        this.pages = new ListingPages(client, location, errors);
        this.location = location;
        this.errors = errors;
        this.time = time.truncatedTo(ChronoUnit.MILLIS);
    }

    /** One that was current. */
    record Found(ObjectInfo info, long generation) {}

    Optional<Found> of(ObjectKey key) throws StorageException {
        String attempted = "look at " + key;
        String name = location.name(key);
        List<StorageObject> standing = new ArrayList<>();
        eachPage(attempted, name, false, page -> {
            items(page)
                    .filter(item -> item.getName().equals(name) && stood(item))
                    .forEach(standing::add);
            // Names that begin with this one come after all its generations.
            return items(page).allMatch(item -> item.getName().equals(name));
        });
        return standing.stream()
                .min(Comparator.comparing(Generations::created))
                .map(item -> new Found(
                        new ObjectInfo(key, item.getSize().longValueExact(), created(item)), item.getGeneration()));
    }

    Listing level(ObjectPrefix prefix) throws StorageException {
        String attempted = "list " + (prefix.name().isEmpty() ? "the root" : prefix.toString());
        List<ObjectInfo> found = new ArrayList<>();
        List<String> deeper = new ArrayList<>();
        eachPage(attempted, location.start(prefix), true, page -> {
            items(page)
                    .filter(this::stood)
                    .forEach(item -> location.key(item.getName())
                            .ifPresent(key ->
                                    found.add(new ObjectInfo(key, item.getSize().longValueExact(), created(item)))));
            Stream.ofNullable(page.getPrefixes()).flatMap(List::stream).forEach(deeper::add);
            return true;
        });
        found.sort(Comparator.comparing(ObjectInfo::key).thenComparing(ObjectInfo::created));
        List<ObjectInfo> objects = new ArrayList<>();
        for (ObjectInfo info : found) {
            boolean another =
                    !objects.isEmpty() && objects.get(objects.size() - 1).key().equals(info.key());
            if (!another) {
                objects.add(info);
            }
        }
        List<ObjectPrefix> prefixes = new ArrayList<>();
        for (String name : deeper) {
            Optional<ObjectPrefix> one = location.prefix(name);
            if (one.isPresent() && anyStood(attempted, name)) {
                prefixes.add(one.get());
            }
        }
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }

    /** Whether anything stood below a name: it may all have come later, or have been deleted before. */
    private boolean anyStood(String attempted, String start) throws StorageException {
        List<StorageObject> standing = new ArrayList<>();
        eachPage(attempted, start, false, page -> {
            items(page).filter(this::stood).findFirst().ifPresent(standing::add);
            return standing.isEmpty();
        });
        return !standing.isEmpty();
    }

    private boolean stood(StorageObject item) {
        boolean created = !created(item).isAfter(time);
        return created
                && (item.getTimeDeleted() == null
                        || !Instant.ofEpochMilli(item.getTimeDeleted().getValue())
                                .isBefore(time));
    }

    private static Instant created(StorageObject item) {
        return Instant.ofEpochMilli(item.getTimeCreated().getValue());
    }

    private static Stream<StorageObject> items(Objects page) {
        return Stream.ofNullable(page.getItems()).flatMap(List::stream);
    }

    private void eachPage(String attempted, String start, boolean oneLevel, Predicate<Objects> wantsMore)
            throws StorageException {
        pages.each(
                attempted,
                request -> request.setPrefix(start)
                        .setDelimiter(oneLevel ? "/" : null)
                        .setVersions(true)
                        .setFields("kind,nextPageToken,prefixes,items(name,size,timeCreated,timeDeleted,generation)"),
                page -> {
                    if (!items(page).allMatch(Generations::isComplete)) {
                        throw errors.strange(attempted, "it is no listing of generations", null);
                    }
                    return wantsMore.test(page);
                });
    }

    private static boolean isComplete(StorageObject item) {
        return item.getName() != null
                && item.getSize() != null
                && item.getTimeCreated() != null
                && item.getGeneration() != null;
    }
}
