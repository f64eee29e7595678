package io.pgbackup.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.api.client.util.DateTime;
import com.google.api.services.storage.Storage;
import com.google.api.services.storage.model.StorageObject;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.StorageException;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Creates objects: one request with everything in it, on the condition that there is no object of that name. The store gets the digest beforehand and
 * refuses bytes that arrive otherwise.
 */
final class Creation {
    private final Storage client;
    private final GcsLocation location;
    private final ObjectOptions options;
    private final GcsErrors errors;

    Creation(Storage client, GcsLocation location, ObjectOptions options, GcsErrors errors) {
        this.client = client;
        this.location = location;
        this.options = options;
        this.errors = errors;
    }

    void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException {
        String attempted = "create " + key;
        PayloadContent content = new PayloadContent(key, payload);
        StorageObject wanted = wanted(attributes)
                .setName(location.name(key))
                .setCrc32c(content.digest().base64());
        StorageObject stored;
        try {
            stored = insert(wanted, content);
        } catch (HttpResponseException e) {
            StoreReply reply = StoreReply.of(e);
            throw reply.isConditionNotMet() ? errors.exists(attempted, reply, e) : errors.classify(attempted, e);
        } catch (IOException e) {
            throw errors.classify(attempted, e);
        } catch (RuntimeException e) {
            // What Google's parser throws at something that is no JSON, or JSON of another kind.
            throw errors.strange(attempted, "it cannot be read", e);
        }
        requireOurs(attempted, wanted, payload.size(), stored);
        requireKept(attempted, wanted, stored);
    }

    private StorageObject wanted(ObjectAttributes attributes) {
        StorageObject wanted =
                new StorageObject().setStorageClass(options.storageClasses().get(attributes.kind()));
        attributes
                .lock()
                .ifPresent(lock -> wanted.setRetention(new StorageObject.Retention()
                        .setMode(lock.mode() == ObjectAttributes.LockMode.COMPLIANCE ? "Locked" : "Unlocked")
                        .setRetainUntilTime(new DateTime(roundedUp(lock.until()), 0))));
        if (attributes.legalHold()) {
            if (options.eventBasedHolds()) {
                wanted.setEventBasedHold(true);
            } else {
                wanted.setTemporaryHold(true);
            }
        }
        if (!attributes.tags().isEmpty()) {
            wanted.setMetadata(attributes.tags());
        }
        return wanted;
    }

    /** The store counts milliseconds; a lock must not end too early. */
    private static long roundedUp(Instant instant) {
        long millis = instant.toEpochMilli();
        return Instant.ofEpochMilli(millis).isBefore(instant) ? millis + 1 : millis;
    }

    private StorageObject insert(StorageObject wanted, PayloadContent content) throws IOException {
        Storage.Objects.Insert insert = client.objects()
                .insert(location.bucket(), wanted, content)
                .setIfGenerationMatch(0L)
                .setFields("name,size,generation,crc32c,retention,temporaryHold,eventBasedHold");
        insert.getMediaHttpUploader().setDirectUploadEnabled(true);
        if (options.encryption() instanceof ObjectOptions.KmsKey key) {
            insert.setKmsKeyName(key.name());
        }
        if (options.encryption() instanceof ObjectOptions.CustomerKey key) {
            CustomerKey.send(key.key(), insert.getRequestHeaders());
        }
        return insert.execute();
    }

    private void requireOurs(String attempted, StorageObject wanted, long size, @Nullable StorageObject stored)
            throws StorageException {
        boolean ours = stored != null
                && wanted.getName().equals(stored.getName())
                && BigInteger.valueOf(size).equals(stored.getSize());
        if (!ours) {
            throw errors.strange(attempted, "it does not name the object and its size", null);
        }
    }

    /** A store that drops a lock without a word must not keep the object either. */
    private void requireKept(String attempted, StorageObject wanted, StorageObject stored) throws StorageException {
        boolean kept = isKept(wanted.getRetention(), stored.getRetention())
                && (wanted.getTemporaryHold() == null || Boolean.TRUE.equals(stored.getTemporaryHold()))
                && (wanted.getEventBasedHold() == null || Boolean.TRUE.equals(stored.getEventBasedHold()));
        if (kept) {
            return;
        }
        try {
            client.objects()
                    .delete(location.bucket(), wanted.getName())
                    .setGeneration(stored.getGeneration())
                    .execute();
        } catch (IOException e) {
            StorageException fault =
                    errors.fault(attempted, "the store ignored the lock, and the object is still there");
            fault.addSuppressed(e);
            throw fault;
        }
        throw errors.fault(attempted, "the store ignored the lock; the object was deleted again");
    }

    private static boolean isKept(StorageObject.@Nullable Retention wanted, StorageObject.@Nullable Retention stored) {
        return wanted == null
                || (stored != null
                        && wanted.getMode().equals(stored.getMode())
                        && stored.getRetainUntilTime() != null
                        && stored.getRetainUntilTime().getValue()
                                >= wanted.getRetainUntilTime().getValue());
    }
}
