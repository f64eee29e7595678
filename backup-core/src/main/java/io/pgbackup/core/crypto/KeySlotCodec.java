package io.pgbackup.core.crypto;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a key slot, big-endian: version (1) ‖ generation (4) ‖ number (2) ‖ derivation (1) ‖ its fields ‖ nonce (12) ‖ wrapped key (48)
 * ‖ CRC-32C of all before (4). Fields of derivation 1: salt (16); of 2: memory in KiB (4), iterations (4), parallelism (1),
 * salt (16). The checksum tells a damaged slot from a wrong passphrase.
 */
final class KeySlotCodec {
    private static final int VERSION = 1;
    private static final int HEAD_LENGTH = 8;
    private static final int COST_LENGTH = 9;
    private static final int CHECKSUM_LENGTH = 4;
    private static final int TAIL_LENGTH = AesGcmCipher.NONCE_LENGTH + KeySlot.WRAPPED_LENGTH + CHECKSUM_LENGTH;
    private static final int SHORTEST = HEAD_LENGTH + KeyDerivation.SALT_LENGTH + TAIL_LENGTH;
    private static final int LONGEST = SHORTEST + COST_LENGTH;

    private KeySlotCodec() {}

    /** The authenticated beginning, up to the nonce. */
    static byte[] head(KeySlot.SlotHead head) {
        KeyDerivation derivation = head.derivation();
        boolean argon = derivation instanceof KeyDerivation.Argon2id;
        Fields fields = new Fields(HEAD_LENGTH + (argon ? COST_LENGTH : 0) + KeyDerivation.SALT_LENGTH)
                .unsigned8(VERSION)
                .unsigned32(head.generation())
                .unsigned16(head.number())
                .unsigned8(derivation.code());
        if (derivation instanceof KeyDerivation.Argon2id argon2) {
            fields.unsigned32(argon2.cost().memoryKibibytes())
                    .unsigned32(argon2.cost().iterations())
                    .unsigned8(argon2.cost().parallelism());
        }
        return fields.bytes(derivation.salt()).done();
    }

    static byte[] encode(KeySlot slot) {
        byte[] head = head(slot.head());
        byte[] unchecked = new Fields(head.length + TAIL_LENGTH - CHECKSUM_LENGTH)
                .bytes(head)
                .bytes(slot.nonce())
                .bytes(slot.wrappedKey())
                .done();
        return new Fields(unchecked.length + CHECKSUM_LENGTH)
                .bytes(unchecked)
                .unsigned32(checksum(unchecked, unchecked.length))
                .done();
    }

    static KeySlot decode(byte[] bytes) {
        if (bytes.length < 1 || bytes.length > LONGEST) {
            throw damaged("it has " + bytes.length + " bytes", null);
        }
        if (bytes[0] != VERSION) {
            throw unsupported("layout " + (bytes[0] & 0xFF));
        }
        if (bytes.length < SHORTEST) {
            throw damaged("it has " + bytes.length + " bytes", null);
        }
        int unchecked = bytes.length - CHECKSUM_LENGTH;
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (buffer.getInt(unchecked) != checksum(bytes, unchecked)) {
            throw damaged("its checksum does not match", null);
        }
        buffer.position(1);
        int generation = buffer.getInt();
        int number = Short.toUnsignedInt(buffer.getShort());
        try {
            KeySlot.SlotHead head = new KeySlot.SlotHead(generation, number, derivation(buffer));
            if (buffer.remaining() != TAIL_LENGTH) {
                throw damaged("it has " + bytes.length + " bytes", null);
            }
            return new KeySlot(head, take(buffer, AesGcmCipher.NONCE_LENGTH), take(buffer, KeySlot.WRAPPED_LENGTH));
        } catch (IllegalArgumentException e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        }
    }

    private static KeyDerivation derivation(ByteBuffer buffer) {
        int code = buffer.get();
        return switch (code) {
            case KeyDerivation.RawKey.CODE -> new KeyDerivation.RawKey(take(buffer, KeyDerivation.SALT_LENGTH));
            case KeyDerivation.Argon2id.CODE -> {
                Argon2Cost cost = new Argon2Cost(buffer.getInt(), buffer.getInt(), buffer.get());
                yield new KeyDerivation.Argon2id(cost, take(buffer, KeyDerivation.SALT_LENGTH));
            }
            default -> throw unsupported("key derivation " + code);
        };
    }

    private static byte[] take(ByteBuffer buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, 0, length);
        return (int) checksum.getValue();
    }

    private static RepositoryException damaged(String reason, @Nullable Throwable cause) {
        return new RepositoryException(
                ErrorCode.REPOSITORY_DAMAGED,
                "a key slot is damaged: " + reason,
                "Open the repository with the credential of another slot and write this slot again.",
                cause);
    }

    private static RepositoryException unsupported(String what) {
        return new RepositoryException(
                ErrorCode.FORMAT_UNSUPPORTED,
                "a key slot uses " + what + ", which this version of the library does not know",
                "Use the version of the library that wrote the slot, or the credential of another slot.");
    }
}
