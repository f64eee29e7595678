package io.pgbackup.core.repository.keys;

import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.repository.JsonRecord;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What a repository says of itself, readable without a key.
 *
 * @param id 16 random bytes, part of every derived key; not to be changed
 * @param encrypted whether objects are encrypted
 * @param created when, by the creator's clock
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RepositoryFormat(byte[] id, boolean encrypted, Instant created) {
    private static final HexFormat HEX = HexFormat.of();

    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it has another length
     */
    public RepositoryFormat {
        if (id.length != RepositoryCipher.REPOSITORY_ID_LENGTH) {
            throw new IllegalArgumentException(
                    "a repository id has " + RepositoryCipher.REPOSITORY_ID_LENGTH + " bytes, not " + id.length);
        }
    }

    public byte[] toBytes() {
        return new JsonRecord()
                .put("format", "pgbackup repository")
                .put("id", HEX.formatHex(id))
                .put("encrypted", encrypted)
                .put("created", created.toString())
                .toBytes();
    }

    public static RepositoryFormat parse(byte[] bytes) {
        JsonRecord record = JsonRecord.parse(bytes);
        return new RepositoryFormat(
                HEX.parseHex(record.text("id")), record.flag("encrypted"), Instant.parse(record.text("created")));
    }
}
