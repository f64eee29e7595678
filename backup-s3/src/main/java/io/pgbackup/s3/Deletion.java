package io.pgbackup.s3;

import io.pgbackup.storage.DeleteReport;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.StorageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/**
 * Deletes objects, a thousand with each request, and believes of each only what the answer says of it. Never names a version: in a versioned bucket objects are
 * hidden behind delete markers, and the permission to delete versions is not needed. For one use by one thread.
 */
final class Deletion {
    private static final int BATCH = 1_000;
    private static final Set<String> GONE = Set.of("NoSuchKey", "NoSuchVersion");

    private final S3Place place;
    private final S3Clients clients;
    private final S3Errors errors;
    private final Map<ObjectKey, StorageException> failures = new TreeMap<>();

    Deletion(S3Place place, S3Clients clients, S3Errors errors) {
        this.place = place;
        this.clients = clients;
        this.errors = errors;
    }

    DeleteReport of(Collection<ObjectKey> keys) {
        List<ObjectKey> all = new ArrayList<>(new LinkedHashSet<>(keys));
        for (int from = 0; from < all.size(); from += BATCH) {
            delete(all.subList(from, Math.min(from + BATCH, all.size())));
        }
        return new DeleteReport(failures);
    }

    private void delete(List<ObjectKey> batch) {
        List<ObjectIdentifier> names = batch.stream()
                .map(key -> ObjectIdentifier.builder().key(place.name(key)).build())
                .toList();
        try {
            DeleteObjectsResponse answer = clients.client()
                    .deleteObjects(request -> request.bucket(place.bucket()).delete(wanted -> wanted.objects(names)));
            note(batch, answer);
        } catch (RuntimeException e) {
            batch.forEach(key -> failures.put(key, errors.classify("delete " + key, e)));
        }
    }

    private void note(List<ObjectKey> batch, DeleteObjectsResponse answer) {
        Set<String> settled = new HashSet<>();
        answer.deleted().stream().map(DeletedObject::key).forEach(settled::add);
        for (S3Error error : answer.errors()) {
            settled.add(error.key());
            if (!GONE.contains(error.code())) {
                place.key(error.key()).ifPresent(key -> failures.put(key, failure(key, error)));
            }
        }
        for (ObjectKey key : batch) {
            if (!settled.contains(place.name(key))) {
                failures.put(key, errors.notS3("delete " + key, "it says nothing about this object"));
            }
        }
    }

    private StorageException failure(ObjectKey key, S3Error error) {
        return errors.deletion("delete " + key, error.code(), error.message());
    }
}
