package io.pgbackup.gcs;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * CRC-32C of an object, the digest that the store keeps for every object.
 *
 * @param crc32c its bits
 */
record Digest(int crc32c) {
    private static final String NAME = "crc32c=";

    /** As the store writes it. */
    String base64() {
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(Integer.BYTES).putInt(crc32c).array());
    }

    /** Finds it in the values of the header {@code x-goog-hash}: {@code crc32c=…,md5=…}, in one value or several. */
    static Optional<Digest> find(List<String> values) {
        for (String value : values) {
            for (String part : value.split(",")) {
                String trimmed = part.trim();
                if (trimmed.startsWith(NAME)) {
                    return decode(trimmed.substring(NAME.length()));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Digest> decode(String value) {
        try {
            byte[] bytes = Base64.getDecoder().decode(value);
            return bytes.length == Integer.BYTES
                    ? Optional.of(new Digest(ByteBuffer.wrap(bytes).getInt()))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
