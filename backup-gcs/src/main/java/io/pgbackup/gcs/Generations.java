package io.pgbackup.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.Objects;
import com.google.api.services.storage.model.StorageObject;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the generations of objects that were current at a time, in a bucket with object versioning. What happened at that very millisecond has not happened yet, unless it
 * made an object that was not there. Immutable.
 */
final class Generations {
    private static final String KIND = "storage#objects";

    private final Storage client;
    private final GcsLocation location;
    private final GcsErrors errors;
    private final Instant time;

    Generations(Storage client, GcsLocation location, GcsErrors errors, Instant time) {
        this.client = client;
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

    /** Until the last page, or one after which no more is wanted. */
    private void eachPage(String attempted, String start, boolean oneLevel, Predicate<Objects> wantsMore)
            throws StorageException {
        String token = null;
        boolean more;
        do {
            Objects page = page(attempted, start, oneLevel, token);
            String next = page.getNextPageToken();
            if (next != null && next.equals(token)) {
                throw errors.fault(attempted, "the store gives the same page again and again");
            }
            token = next;
            more = wantsMore.test(page) && token != null;
        } while (more);
    }

    private Objects page(String attempted, String start, boolean oneLevel, @Nullable String token)
            throws StorageException {
        Objects page;
        try {
            page = client.objects()
                    .list(location.bucket())
                    .setPrefix(start)
                    .setDelimiter(oneLevel ? "/" : null)
                    .setVersions(true)
                    .setPageToken(token)
                    .setFields("kind,nextPageToken,prefixes,items(name,size,timeCreated,timeDeleted,generation)")
                    .execute();
        } catch (HttpResponseException e) {
            StoreReply reply = StoreReply.of(e);
            throw reply.isMissing()
                    ? errors.fault(attempted, "there is no bucket " + location.bucket() + "; " + reply.describe())
                    : errors.classify(attempted, e);
        } catch (IOException e) {
            throw errors.classify(attempted, e);
        } catch (RuntimeException e) {
            // What Google's parser throws at something that is no JSON, or JSON of another kind.
            throw errors.strange(attempted, "it cannot be read", e);
        }
        boolean complete = page != null
                && KIND.equals(page.getKind())
                && items(page)
                        .allMatch(item -> item.getName() != null
                                && item.getSize() != null
                                && item.getTimeCreated() != null
                                && item.getGeneration() != null);
        if (!complete) {
            throw errors.strange(attempted, "it is no listing of generations", null);
        }
        return page;
    }
}
