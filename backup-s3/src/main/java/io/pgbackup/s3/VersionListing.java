package io.pgbackup.s3;

import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;

/**
 * Lists what stood in a bucket with versions at a time. A page is believed as {@link LevelListing} believes one. Names are asked for as they are: keys have no
 * character that XML has not, and encoded markers are where servers and client disagree. Immutable.
 */
final class VersionListing {
    private final S3Place place;
    private final S3Clients clients;
    private final S3Errors errors;
    private final Instant time;
    private final int pageSize;

    VersionListing(S3Place place, S3Clients clients, S3Errors errors, Instant time, int pageSize) {
        this.place = place;
        this.clients = clients;
        this.errors = errors;
        this.time = time;
        this.pageSize = pageSize;
    }

    /** The version of one object; empty if there was none. */
    Optional<PastVersion> version(ObjectKey key) throws StorageException {
        String name = place.name(key);
        List<PastVersion> all = new ArrayList<>();
        eachPage("stat " + key, name, false, page -> {
            List<PastVersion> found = versions(page);
            found.stream().filter(version -> version.name().equals(name)).forEach(all::add);
            // Names that begin with this one come after all its versions.
            return found.stream().allMatch(version -> version.name().equals(name));
        });
        return PastVersion.at(all, time);
    }

    Listing level(ObjectPrefix prefix) throws StorageException {
        String attempted = "list '" + prefix + "'";
        String below = place.below(prefix);
        Map<String, List<PastVersion>> byName = new TreeMap<>();
        List<String> deeper = new ArrayList<>();
        eachPage(attempted, below, true, page -> {
            versions(page)
                    .forEach(version -> byName.computeIfAbsent(version.name(), name -> new ArrayList<>())
                            .add(version));
            page.commonPrefixes().stream().map(CommonPrefix::prefix).forEach(deeper::add);
            return true;
        });
        List<ObjectInfo> objects = new ArrayList<>();
        byName.forEach((name, all) -> place.key(name)
                .filter(key -> !ConditionProof.isProbe(prefix, key))
                .ifPresent(key -> PastVersion.at(all, time)
                        .map(version -> version.info(key))
                        .ifPresent(objects::add)));
        objects.sort(Comparator.comparing(ObjectInfo::key));
        List<ObjectPrefix> prefixes = new ArrayList<>();
        for (String name : deeper) {
            Optional<ObjectPrefix> one = place.prefix(below, name);
            if (one.isPresent() && hadAny(attempted, name)) {
                prefixes.add(one.get());
            }
        }
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }

    /** Whether anything stood below a name: it may all have come later, or have been deleted before. */
    private boolean hadAny(String attempted, String below) throws StorageException {
        Map<String, List<PastVersion>> byName = new TreeMap<>();
        eachPage(attempted, below, false, page -> {
            versions(page)
                    .forEach(version -> byName.computeIfAbsent(version.name(), name -> new ArrayList<>())
                            .add(version));
            return byName.values().stream()
                    .noneMatch(all -> PastVersion.at(all, time).isPresent());
        });
        return byName.values().stream()
                .anyMatch(all -> PastVersion.at(all, time).isPresent());
    }

    private static List<PastVersion> versions(ListObjectVersionsResponse page) {
        List<PastVersion> all = new ArrayList<>();
        page.versions().forEach(version -> all.add(PastVersion.of(version)));
        page.deleteMarkers().forEach(marker -> all.add(PastVersion.of(marker)));
        return all;
    }

    /** Until the last page, or one after which no more is wanted. */
    private void eachPage(
            String attempted, String below, boolean oneLevel, Predicate<ListObjectVersionsResponse> wantsMore)
            throws StorageException {
        ListObjectVersionsRequest.Builder request = ListObjectVersionsRequest.builder()
                .bucket(place.bucket())
                .prefix(below)
                .maxKeys(pageSize);
        if (oneLevel) {
            request.delimiter("/");
        }
        ListObjectVersionsResponse page = page(attempted, request.build());
        while (wantsMore.test(page) && page.isTruncated()) {
            ListObjectVersionsRequest last = request.build();
            request.keyMarker(page.nextKeyMarker()).versionIdMarker(page.nextVersionIdMarker());
            boolean onward = page.nextKeyMarker() != null
                    && !(Objects.equals(page.nextKeyMarker(), last.keyMarker())
                            && Objects.equals(page.nextVersionIdMarker(), last.versionIdMarker()));
            if (!onward) {
                throw errors.fault(attempted, "the store says that there is more, but not where");
            }
            page = page(attempted, request.build());
        }
    }

    private ListObjectVersionsResponse page(String attempted, ListObjectVersionsRequest request)
            throws StorageException {
        ListObjectVersionsResponse page;
        try {
            page = clients.client().listObjectVersions(request);
        } catch (RuntimeException e) {
            throw errors.classify(attempted, e);
        }
        if (page.isTruncated() == null || !place.bucket().equals(page.name())) {
            throw errors.notS3(attempted, "no listing of this bucket's versions");
        }
        boolean complete = page.versions().stream()
                        .allMatch(version ->
                                version.key() != null && version.lastModified() != null && version.size() != null)
                && page.deleteMarkers().stream()
                        .allMatch(marker -> marker.key() != null && marker.lastModified() != null);
        if (!complete) {
            throw errors.notS3(attempted, "a version without name, time or size");
        }
        return page;
    }
}
