package io.pgbackup.gcs;

import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Lists one level, over as many pages as the store makes of it; a page may be empty. */
final class Listings {
    private final ListingPages pages;
    private final GcsLocation location;
    private final GcsBucket bucket;
    private final Reading reading;

    Listings(Storage client, GcsLocation location, GcsErrors errors, GcsBucket bucket, Reading reading) {
        this.pages = new ListingPages(client, location, errors);
        this.location = location;
        this.bucket = bucket;
        this.reading = reading;
    }

    Listing list(ObjectPrefix prefix) throws StorageException {
        String attempted = "list " + (prefix.name().isEmpty() ? "the root" : prefix.toString());
        List<ObjectInfo> objects = new ArrayList<>();
        List<ObjectPrefix> prefixes = new ArrayList<>();
        pages.each(
                attempted,
                request -> request.setPrefix(location.start(prefix))
                        .setDelimiter("/")
                        .setFields("kind,nextPageToken,prefixes,items(name,size,timeCreated)"),
                page -> {
                    bucket.seen();
                    for (StorageObject item : page.getItems() == null ? List.<StorageObject>of() : page.getItems()) {
                        Optional<ObjectKey> key = location.key(item.getName());
                        if (key.isPresent()) {
                            objects.add(reading.info(attempted, key.get(), item));
                        }
                    }
                    if (page.getPrefixes() != null) {
                        page.getPrefixes().forEach(name -> location.prefix(name).ifPresent(prefixes::add));
                    }
                    return true;
                });
        objects.sort(Comparator.comparing(ObjectInfo::key));
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }
}
