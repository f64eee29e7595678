package io.pgbackup.azure;

import com.azure.storage.blob.models.BlobImmutabilityPolicy;
import com.azure.storage.blob.models.BlobImmutabilityPolicyMode;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectKind;
import io.pgbackup.storage.StorageFaultException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Flux;

/**
 * How objects are put: conditions, tiers, locks and tags.
 *
 * @param tiers of the kinds that do not follow the account's default
 * @param locksHonoured whether the container was declared to have version-level immutability
 */
record Uploads(Map<ObjectKind, AccessTier> tiers, boolean locksHonoured) {

    void requireHonoured(ObjectKey key, ObjectAttributes attributes) throws StorageFaultException {
        if (isLocked(attributes) && !locksHonoured) {
            throw new StorageFaultException("cannot create " + key
                    + ": it is to be locked, but the container was not declared to have version-level immutability");
        }
    }

    static boolean isLocked(ObjectAttributes attributes) {
        return attributes.lock().isPresent() || attributes.legalHold();
    }

    BlockBlobSimpleUploadOptions options(Flux<ByteBuffer> bytes, long size, ObjectAttributes attributes) {
        BlockBlobSimpleUploadOptions options = new BlockBlobSimpleUploadOptions(bytes, size)
                .setRequestConditions(new BlobRequestConditions().setIfNoneMatch("*"));
        Optional.ofNullable(tiers.get(attributes.kind()))
                .map(tier -> switch (tier) {
                    case HOT -> com.azure.storage.blob.models.AccessTier.HOT;
                    case COOL -> com.azure.storage.blob.models.AccessTier.COOL;
                    case COLD -> com.azure.storage.blob.models.AccessTier.COLD;
                })
                .ifPresent(options::setTier);
        attributes
                .lock()
                .map(lock -> new BlobImmutabilityPolicy()
                        .setExpiryTime(wholeSeconds(lock.until()).atOffset(ZoneOffset.UTC))
                        .setPolicyMode(mode(lock.mode())))
                .ifPresent(options::setImmutabilityPolicy);
        if (attributes.legalHold()) {
            options.setLegalHold(true);
        }
        if (!attributes.tags().isEmpty()) {
            options.setTags(attributes.tags());
        }
        return options;
    }

    /** Headers hold whole seconds; a lock is never shorter than it was asked to be. */
    private static Instant wholeSeconds(Instant until) {
        return until.plusNanos(999_999_999).truncatedTo(ChronoUnit.SECONDS);
    }

    private static BlobImmutabilityPolicyMode mode(ObjectAttributes.LockMode mode) {
        return switch (mode) {
            case GOVERNANCE -> BlobImmutabilityPolicyMode.UNLOCKED;
            case COMPLIANCE -> BlobImmutabilityPolicyMode.LOCKED;
        };
    }

    /** Whether what the store says of an object is what was asked for: it may keep it longer or more strictly. */
    boolean confirms(BlobProperties properties, ObjectAttributes attributes) {
        boolean held = !attributes.legalHold() || Boolean.TRUE.equals(properties.hasLegalHold());
        return held && attributes.lock().map(lock -> confirms(properties, lock)).orElse(true);
    }

    private static boolean confirms(BlobProperties properties, ObjectAttributes.Lock lock) {
        BlobImmutabilityPolicy policy = properties.getImmutabilityPolicy();
        if (policy == null || policy.getExpiryTime() == null) {
            return false;
        }
        boolean longEnough = !policy.getExpiryTime().toInstant().isBefore(wholeSeconds(lock.until()));
        return longEnough
                && (lock.mode() == ObjectAttributes.LockMode.GOVERNANCE
                        || BlobImmutabilityPolicyMode.LOCKED.equals(policy.getPolicyMode()));
    }
}
