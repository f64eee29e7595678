package io.pgbackup.s3;

import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.StorageException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Proves, before a storage creates its first object, that the store honours the condition of a create: some servers ignore the header, some only in buckets with
 * versions, and overwrite silently. An empty object of a fixed name is created on condition that there is none; of two such requests at most one may succeed. The
 * object stays, so that later one refused request is the whole proof; listings pass it over. Safe for use by many threads.
 */
final class ConditionProof {
    private static final ObjectKey PROBE = ObjectKey.of(".conditional-create");
    private static final int PRECONDITION_FAILED = 412;
    private static final String MD5_OF_NOTHING = "1B2M2Y8AsgTpgAmY7PhCfg==";

    private final S3Place place;
    private final S3Clients clients;
    private final S3Errors errors;
    private volatile boolean proven;

    ConditionProof(S3Place place, S3Clients clients, S3Errors errors) {
        this.place = place;
        this.clients = clients;
        this.errors = errors;
    }

    /** Whether a listed object is not one of the repository. */
    static boolean isProbe(ObjectPrefix prefix, ObjectKey key) {
        return prefix.equals(ObjectPrefix.root()) && key.equals(PROBE);
    }

    void require(String attempted) throws StorageException {
        if (proven) {
            return;
        }
        boolean first = isCreated(attempted);
        if (first && isCreated(attempted)) {
            throw errors.fault(
                    attempted,
                    "this store ignores the condition If-None-Match and overwrites objects silently (some do so only in buckets"
                            + " with versions), so it cannot hold a repository");
        }
        proven = true;
    }

    /** From now on the store is believed. */
    void waive() {
        proven = true;
    }

    private boolean isCreated(String attempted) throws StorageException {
        try {
            PutObjectRequest request = PutObjectRequest.builder()
                    .bucket(place.bucket())
                    .key(place.name(PROBE))
                    .contentMD5(MD5_OF_NOTHING)
                    .ifNoneMatch("*")
                    .build();
            PutObjectResponse answer = clients.client().putObject(request, RequestBody.empty());
            errors.requireCreated(attempted, answer);
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() == PRECONDITION_FAILED) {
                return false;
            }
            throw errors.classify(attempted, e);
        } catch (RuntimeException e) {
            throw errors.classify(attempted, e);
        }
    }
}
