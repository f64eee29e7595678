package io.pgbackup.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.api.services.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.IOException;

/**
 * Tells a missing object from a missing bucket, which the store answers alike. Asks by a listing, because a right to look at buckets is more than a
 * repository needs. Once seen, a bucket is taken to stay: the store deletes only empty ones.
 */
final class GcsBucket {
    private final Storage client;
    private final GcsLocation location;
    private final GcsErrors errors;
    private volatile boolean seen;

    GcsBucket(Storage client, GcsLocation location, GcsErrors errors) {
        this.client = client;
        this.location = location;
        this.errors = errors;
    }

    /** A request that named the bucket succeeded. */
    void seen() {
        seen = true;
    }

    /**
     * What a refused request means, if the store may have said that the object is missing.
     *
     * @return true if it is missing and its bucket is there; false if the refusal says something else
     * @throws StorageException if the bucket is missing or cannot be asked
     */
    boolean lacksObject(String attempted, StoreReply reply) throws StorageException {
        if (!reply.isMissing()) {
            return false;
        }
        if (!seen) {
            requireThere(attempted);
        }
        return true;
    }

    private void requireThere(String attempted) throws StorageException {
        try {
            client.objects()
                    .list(location.bucket())
                    .setMaxResults(1L)
                    .setFields("kind")
                    .execute();
            seen();
        } catch (HttpResponseException e) {
            if (e.getStatusCode() == 404) {
                throw new StorageFaultException(
                        "cannot " + attempted + " in " + location + ": there is no bucket " + location.bucket(), e);
            }
            throw errors.classify(attempted, e);
        } catch (IOException e) {
            throw errors.classify(attempted, e);
        } catch (RuntimeException e) {
            throw errors.strange(attempted, "it cannot be read", e);
        }
    }
}
