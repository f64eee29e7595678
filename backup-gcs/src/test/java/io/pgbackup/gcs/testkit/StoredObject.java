package io.pgbackup.gcs.testkit;

import com.google.gson.JsonObject;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * An object of the server.
 *
 * @param name of the object
 * @param bytes its content; not copied
 * @param generation number of its creation
 * @param created when
 * @param metadata what the request asked for: storage class, holds, retention, tags
 * @param kmsKey name of a key, if one was named
 * @param customerKey SHA-256 of the customer's key, if one was sent
 * @param deleted when it was deleted or replaced, if it is a version that is no longer current
 */
public record StoredObject(
        String name,
        byte[] bytes,
        long generation,
        Instant created,
        JsonObject metadata,
        Optional<String> kmsKey,
        Optional<String> customerKey,
        Optional<Instant> deleted) {
    /** The same, no longer current. */
    StoredObject noLongerCurrent(Instant when) {
        return new StoredObject(name, bytes, generation, created, metadata, kmsKey, customerKey, Optional.of(when));
    }

    static String crc32c(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
    }

    /** Why it may not be deleted now. */
    Optional<Refusal> protection(Instant now) {
        if (isTrue("temporaryHold")) {
            return Optional.of(refusal("objectUnderActiveHold", "is under active Temporary hold"));
        }
        if (isTrue("eventBasedHold")) {
            return Optional.of(refusal("objectUnderActiveHold", "is under active Event-Based hold"));
        }
        JsonObject retention = metadata.getAsJsonObject("retention");
        boolean retained = retention != null
                && Instant.parse(retention.get("retainUntilTime").getAsString()).isAfter(now);
        return retained
                ? Optional.of(refusal("retentionPolicyNotMet", "is subject to object retention"))
                : Optional.empty();
    }

    private Refusal refusal(String reason, String why) {
        return new Refusal(403, reason, "Object '" + name + "' " + why + " and cannot be deleted.");
    }

    private boolean isTrue(String hold) {
        return metadata.has(hold) && metadata.get(hold).getAsBoolean();
    }

    JsonObject resource() {
        JsonObject resource = metadata.deepCopy();
        resource.addProperty("kind", "storage#object");
        resource.addProperty("name", name);
        resource.addProperty("size", Long.toString(bytes.length));
        resource.addProperty("generation", Long.toString(generation));
        resource.addProperty("metageneration", "1");
        resource.addProperty("timeCreated", created.toString());
        resource.addProperty("crc32c", crc32c(bytes));
        deleted.ifPresent(time -> resource.addProperty("timeDeleted", time.toString()));
        kmsKey.ifPresent(key -> resource.addProperty("kmsKeyName", key + "/cryptoKeyVersions/1"));
        return resource;
    }
}
