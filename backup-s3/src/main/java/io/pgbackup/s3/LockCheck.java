package io.pgbackup.s3;

import io.pgbackup.storage.StorageDeniedException;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import software.amazon.awssdk.services.s3.model.GetObjectLockConfigurationResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;

/**
 * Asks, once, whether the bucket locks objects: some compatible stores ignore the headers that ask for a lock. An identity that may not ask is let through; S3
 * itself refuses the object then. Safe for use by many threads.
 */
final class LockCheck {
    private final S3Place place;
    private final S3Clients clients;
    private final S3Errors errors;
    private volatile boolean passed;

    LockCheck(S3Place place, S3Clients clients, S3Errors errors) {
        this.place = place;
        this.clients = clients;
        this.errors = errors;
    }

    void requireLocking(String attempted) throws StorageException {
        if (passed) {
            return;
        }
        try {
            GetObjectLockConfigurationResponse answer =
                    clients.client().getObjectLockConfiguration(request -> request.bucket(place.bucket()));
            boolean enabled = answer.objectLockConfiguration() != null
                    && answer.objectLockConfiguration().objectLockEnabled() == ObjectLockEnabled.ENABLED;
            if (!enabled) {
                throw refused(attempted, "object lock is not enabled");
            }
        } catch (RuntimeException e) {
            StorageException failure = errors.classify("ask for the object lock of the bucket", e);
            if (failure instanceof StorageFaultException) {
                throw refused(attempted, String.valueOf(failure.getMessage()));
            }
            if (!(failure instanceof StorageDeniedException)) {
                throw failure;
            }
        }
        passed = true;
    }

    private StorageFaultException refused(String attempted, String why) {
        return errors.fault(attempted, "the bucket cannot lock objects: " + why);
    }
}
