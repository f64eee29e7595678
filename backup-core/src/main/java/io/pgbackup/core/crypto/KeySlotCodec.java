package io.pgbackup.core.crypto;

import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.keys.WrappedKey;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a key slot, big-endian: version (1) ‖ generation (4) ‖ number (2) ‖ derivation (1) ‖ its fields ‖ nonce (12) ‖ wrapped key (48)
 * ‖ CRC-32C of all before (4). Fields of derivation 1: salt (16); of 2: memory in KiB (4), iterations (4), parallelism (1),
 * salt (16); of 3: salt (16), kind of service, name of its key (each length (2) ‖ UTF-8), what it wrapped (length (2) ‖ bytes). The
 * checksum tells a damaged slot from a wrong passphrase.
 */
final class KeySlotCodec {
    private static final int VERSION = 1;
    private static final int HEAD_LENGTH = 8;
    private static final int COST_LENGTH = 9;
    private static final int CHECKSUM_LENGTH = 4;
    private static final int TAIL_LENGTH = AesGcmCipher.NONCE_LENGTH + KeySlot.WRAPPED_LENGTH + CHECKSUM_LENGTH;
    private static final int SHORTEST = HEAD_LENGTH + CHECKSUM_LENGTH;
    /** More than any slot has; what is longer is not even looked at. */
    private static final int LONGEST = 2 * WrappedKey.MOST_BYTES;

    private KeySlotCodec() {}

    /** The authenticated beginning, up to the nonce. */
    static byte[] head(KeySlot.SlotHead head) {
        byte[] derivation = derivation(head.derivation());
        return new Fields(HEAD_LENGTH + derivation.length)
                .unsigned8(VERSION)
                .unsigned32(head.generation())
                .unsigned16(head.number())
                .unsigned8(head.derivation().code())
                .bytes(derivation)
                .done();
    }

    private static byte[] derivation(KeyDerivation derivation) {
        if (derivation instanceof KeyDerivation.Argon2id argon) {
            return new Fields(COST_LENGTH + KeyDerivation.SALT_LENGTH)
                    .unsigned32(argon.cost().memoryKibibytes())
                    .unsigned32(argon.cost().iterations())
                    .unsigned8(argon.cost().parallelism())
                    .bytes(argon.salt())
                    .done();
        }
        if (derivation instanceof KeyDerivation.Service service) {
            byte[] kind = service.service().getBytes(StandardCharsets.UTF_8);
            byte[] name = service.wrapped().wrappedBy().getBytes(StandardCharsets.UTF_8);
            byte[] wrapped = service.wrapped().bytes();
            return new Fields(KeyDerivation.SALT_LENGTH + 6 + kind.length + name.length + wrapped.length)
                    .bytes(service.salt())
                    .unsigned16(kind.length)
                    .bytes(kind)
                    .unsigned16(name.length)
                    .bytes(name)
                    .unsigned16(wrapped.length)
                    .bytes(wrapped)
                    .done();
        }
        return derivation.salt();
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
        } catch (BufferUnderflowException e) {
            throw damaged("it ends too early", e);
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
            case KeyDerivation.Service.CODE -> {
                byte[] salt = take(buffer, KeyDerivation.SALT_LENGTH);
                String service = text(buffer);
                WrappedKey wrapped = WrappedKey.of(text(buffer), counted(buffer));
                yield new KeyDerivation.Service(service, wrapped, salt);
            }
            default -> throw unsupported("key derivation " + code);
        };
    }

    private static String text(ByteBuffer buffer) {
        byte[] bytes = counted(buffer);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes)) {
            throw new IllegalArgumentException("a name in it is no text");
        }
        return text;
    }

    private static byte[] counted(ByteBuffer buffer) {
        int length = Short.toUnsignedInt(buffer.getShort());
        if (length > buffer.remaining()) {
            throw new BufferUnderflowException();
        }
        return take(buffer, length);
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
