package io.pgbackup.core.crypto;

import java.nio.charset.StandardCharsets;

/**
 * What one object's key is derived from, beside the master key and the repository. Two writers of one object key draw different salts and
 * so never share a key.
 *
 * @param generation of the master key, 0 in unencrypted repositories
 * @param salt {@value #SALT_LENGTH} random bytes drawn for this object; not copied
 * @param objectKey name of the object within the repository
 * @param kind stored code of what the object is, 0…255
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ObjectIdentity(int generation, byte[] salt, String objectKey, int kind) {
    /** Length of the salt in bytes. */
    public static final int SALT_LENGTH = 32;

    /** Checks the ranges. */
    public ObjectIdentity {
        if (generation < 0 || salt.length != SALT_LENGTH || kind < 0 || kind > 0xFF) {
            throw new IllegalArgumentException("not an object identity: generation " + generation + ", salt of "
                    + salt.length + " bytes, kind " + kind);
        }
    }

    /** Label ‖ repository id (16) ‖ kind (1) ‖ length of the object key (2) ‖ object key in UTF-8. */
    byte[] info(String label, byte[] repositoryId) {
        byte[] key = objectKey.getBytes(StandardCharsets.UTF_8);
        return new Fields(label.length() + repositoryId.length + key.length + 3)
                .text(label)
                .bytes(repositoryId)
                .unsigned8(kind)
                .unsigned16(key.length)
                .bytes(key)
                .done();
    }
}
