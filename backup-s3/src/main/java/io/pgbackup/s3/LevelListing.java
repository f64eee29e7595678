package io.pgbackup.s3;

import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * Lists one level, page after page. A page that does not say which bucket it is about, or does not say whether it is the last, is none: an error page that is
 * read as a listing would be an empty one. For one use by one thread.
 */
final class LevelListing {
    private final S3Place place;
    private final S3Clients clients;
    private final S3Errors errors;
    private final List<ObjectInfo> objects = new ArrayList<>();
    private final List<ObjectPrefix> prefixes = new ArrayList<>();

    LevelListing(S3Place place, S3Clients clients, S3Errors errors) {
        this.place = place;
        this.clients = clients;
        this.errors = errors;
    }

    Listing of(ObjectPrefix prefix) throws StorageException {
        String attempted = "list '" + prefix + "'";
        String below = place.below(prefix);
        Optional<String> token = Optional.empty();
        do {
            ListObjectsV2Response page = page(attempted, below, token);
            requirePage(attempted, page);
            add(prefix, below, page);
            token = next(attempted, page, token);
        } while (token.isPresent());
        objects.sort(Comparator.comparing(ObjectInfo::key));
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }

    private ListObjectsV2Response page(String attempted, String below, Optional<String> token) throws StorageException {
        try {
            ListObjectsV2Request.Builder request = ListObjectsV2Request.builder()
                    .bucket(place.bucket())
                    .prefix(below)
                    .delimiter("/")
                    .encodingType(EncodingType.URL);
            token.ifPresent(request::continuationToken);
            return clients.client().listObjectsV2(request.build());
        } catch (RuntimeException e) {
            throw errors.classify(attempted, e);
        }
    }

    private void requirePage(String attempted, ListObjectsV2Response page) throws StorageException {
        if (page.isTruncated() == null || !place.bucket().equals(page.name())) {
            throw errors.notS3(attempted, "no listing of this bucket");
        }
    }

    private void add(ObjectPrefix level, String below, ListObjectsV2Response page) {
        page.contents()
                .forEach(object -> place.key(object.key())
                        .filter(key -> !ConditionProof.isProbe(level, key))
                        .ifPresent(key -> objects.add(new ObjectInfo(key, object.size(), object.lastModified()))));
        page.commonPrefixes()
                .forEach(common -> place.prefix(below, common.prefix()).ifPresent(prefixes::add));
    }

    private Optional<String> next(String attempted, ListObjectsV2Response page, Optional<String> last)
            throws StorageException {
        if (!page.isTruncated()) {
            return Optional.empty();
        }
        Optional<String> next = Optional.ofNullable(page.nextContinuationToken());
        if (next.isEmpty() || next.equals(last)) {
            throw errors.fault(attempted, "the store says that there is more, but not where");
        }
        return next;
    }
}
