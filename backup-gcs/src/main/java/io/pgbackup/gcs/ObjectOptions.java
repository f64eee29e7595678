package io.pgbackup.gcs;

import io.pgbackup.SecretSource;
import io.pgbackup.storage.ObjectKind;
import java.util.EnumMap;
import java.util.Map;

/**
 * How objects are kept.
 *
 * @param storageClasses by kind; the bucket's own for the others
 * @param encryption whose key the store encrypts with
 * @param eventBasedHolds whether a legal hold is an event-based one; a temporary one otherwise
 */
record ObjectOptions(Map<ObjectKind, String> storageClasses, Encryption encryption, boolean eventBasedHolds) {
    /** Whose key the store encrypts with. */
    sealed interface Encryption {}

    /** The bucket's own, or Google's. */
    record BucketDefault() implements Encryption {}

    /**
     * A key in Cloud KMS.
     *
     * @param name {@code projects/…/cryptoKeys/…}
     */
    record KmsKey(String name) implements Encryption {}

    /**
     * A key that goes along with each request and that the store forgets.
     *
     * @param key 32 bytes
     */
    record CustomerKey(SecretSource key) implements Encryption {}

    ObjectOptions {
        storageClasses = Map.copyOf(storageClasses);
    }

    static ObjectOptions standard() {
        return new ObjectOptions(Map.of(), new BucketDefault(), false);
    }

    ObjectOptions withStorageClass(ObjectKind kind, String name) {
        Map<ObjectKind, String> more = new EnumMap<>(ObjectKind.class);
        more.putAll(storageClasses);
        more.put(kind, name);
        return new ObjectOptions(more, encryption, eventBasedHolds);
    }

    ObjectOptions withEncryption(Encryption wanted) {
        return new ObjectOptions(storageClasses, wanted, eventBasedHolds);
    }

    ObjectOptions withEventBasedHolds() {
        return new ObjectOptions(storageClasses, encryption, true);
    }
}
