package io.pgbackup.s3;

import io.pgbackup.storage.ObjectKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a store is told about each object, beyond what the engine says.
 *
 * @param checksums against damage on the way; empty for the default of the endpoint
 * @param storageClasses by kind; none for the bucket's own
 * @param encryption done by the store
 * @param tags of every object
 */
record S3ObjectOptions(
        Optional<S3Checksums> checksums,
        Map<ObjectKind, String> storageClasses,
        Optional<S3Encryption> encryption,
        Map<String, String> tags) {
    static final S3ObjectOptions DEFAULT = new S3ObjectOptions(Optional.empty(), Map.of(), Optional.empty(), Map.of());

    S3ObjectOptions {
        storageClasses = Map.copyOf(storageClasses);
        tags = Map.copyOf(tags);
    }

    S3ObjectOptions withChecksums(S3Checksums wanted) {
        return new S3ObjectOptions(Optional.of(wanted), storageClasses, encryption, tags);
    }

    S3ObjectOptions withStorageClass(ObjectKind kind, String wanted) {
        Map<ObjectKind, String> all = new EnumMap<>(ObjectKind.class);
        all.putAll(storageClasses);
        all.put(kind, wanted);
        return new S3ObjectOptions(checksums, all, encryption, tags);
    }

    S3ObjectOptions withEncryption(S3Encryption wanted) {
        return new S3ObjectOptions(checksums, storageClasses, Optional.of(wanted), tags);
    }

    S3ObjectOptions withTag(String name, String value) {
        Map<String, String> all = new TreeMap<>(tags);
        all.put(name, value);
        return new S3ObjectOptions(checksums, storageClasses, encryption, all);
    }
}
