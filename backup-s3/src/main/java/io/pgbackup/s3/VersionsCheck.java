package io.pgbackup.s3;

import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/**
 * Asks once whether a bucket keeps versions: one that never did shows what is there now, and nothing of what was. Who may not ask is believed. Safe for use by many
 * threads.
 */
final class VersionsCheck {
    private final S3Place place;
    private final S3Clients clients;
    private final S3Errors errors;
    private volatile boolean passed;

    VersionsCheck(S3Place place, S3Clients clients, S3Errors errors) {
        this.place = place;
        this.clients = clients;
        this.errors = errors;
    }

    void requireVersions(String attempted) throws StorageException {
        if (passed) {
            return;
        }
        try {
            BucketVersioningStatus status = clients.client()
                    .getBucketVersioning(request -> request.bucket(place.bucket()))
                    .status();
            if (status == null) {
                throw errors.fault(
                        attempted, "the bucket keeps no versions, so nothing can be read as it was at an earlier time");
            }
        } catch (RuntimeException e) {
            StorageException failure = errors.classify("ask whether the bucket keeps versions", e);
            if (!(failure instanceof StorageDeniedException)) {
                throw failure;
            }
        }
        passed = true;
    }
}
