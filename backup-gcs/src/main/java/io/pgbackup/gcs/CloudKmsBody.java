package io.pgbackup.gcs;

import com.google.api.client.json.GenericJson;
import io.pgbackup.keys.KeyServiceException;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32C;

/** What Cloud KMS is told: bytes, each with its checksum, so that it notices what was damaged on the way. For one thread. */
final class CloudKmsBody {
    private final StringBuilder json = new StringBuilder("{");

    /** Adds bytes and their checksum. */
    CloudKmsBody bytes(String name, byte[] bytes) {
        json.append(json.length() > 1 ? "," : "")
                .append('"')
                .append(name)
                .append("\":\"")
                .append(Base64.getEncoder().encodeToString(bytes))
                .append("\",\"")
                .append(name)
                .append("Crc32c\":\"")
                .append(checksum(bytes))
                .append('"');
        return this;
    }

    static long checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, bytes.length);
        return checksum.getValue();
    }

    /** Empty if the service says that this key and associated data did not make what is to be decrypted. */
    Optional<GenericJson> send(CloudKmsRequests requests, String key, CloudKmsErrors errors)
            throws KeyServiceException {
        return requests.send(key, json + "}", errors);
    }
}
