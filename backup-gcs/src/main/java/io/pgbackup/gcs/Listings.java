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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists one level, over as many pages as the store makes of it; a page may be empty. */
final class Listings {
    private static final String KIND = "storage#objects";

    private final Storage client;
    private final GcsLocation location;
    private final GcsErrors errors;
    private final GcsBucket bucket;
    private final Reading reading;

    Listings(Storage client, GcsLocation location, GcsErrors errors, GcsBucket bucket, Reading reading) {
        this.client = client;
        this.location = location;
        this.errors = errors;
        this.bucket = bucket;
        this.reading = reading;
    }

    Listing list(ObjectPrefix prefix) throws StorageException {
        String attempted = "list " + (prefix.name().isEmpty() ? "the root" : prefix.toString());
        List<ObjectInfo> objects = new ArrayList<>();
        List<ObjectPrefix> prefixes = new ArrayList<>();
        String token = null;
        do {
            Objects page = page(attempted, location.start(prefix), token);
            if (page.getItems() != null) {
                for (StorageObject item : page.getItems()) {
                    Optional<ObjectKey> key = location.key(item.getName());
                    if (key.isPresent()) {
                        objects.add(reading.info(attempted, key.get(), item));
                    }
                }
            }
            if (page.getPrefixes() != null) {
                page.getPrefixes().forEach(name -> location.prefix(name).ifPresent(prefixes::add));
            }
            String next = page.getNextPageToken();
            if (next != null && next.equals(token)) {
                throw errors.fault(attempted, "the store gives the same page again and again");
            }
            token = next;
        } while (token != null);
        objects.sort(Comparator.comparing(ObjectInfo::key));
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }

    private Objects page(String attempted, String start, @Nullable String token) throws StorageException {
        Objects page;
        try {
            page = client.objects()
                    .list(location.bucket())
                    .setPrefix(start)
                    .setDelimiter("/")
                    .setPageToken(token)
                    .setFields("kind,nextPageToken,prefixes,items(name,size,timeCreated)")
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
        if (page == null || !KIND.equals(page.getKind())) {
            throw errors.strange(attempted, "it is no listing", null);
        }
        bucket.seen();
        return page;
    }
}
