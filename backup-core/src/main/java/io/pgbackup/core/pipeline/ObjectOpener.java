package io.pgbackup.core.pipeline;

import io.pgbackup.core.compress.Codec;
import io.pgbackup.core.compress.CodecId;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.compress.DamagedDataException;
import io.pgbackup.core.crypto.DamagedFrameException;
import io.pgbackup.core.crypto.FrameSlice;
import io.pgbackup.core.crypto.ObjectCipher;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.crypto.Suite;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of objects, in any order: decrypt, then decompress. Nothing of a frame is believed before its suite has proved it.
 * Belongs to one worker; memory is one frame, kept between objects.
 */
public final class ObjectOpener implements AutoCloseable {
    private final RepositoryCipher repositoryCipher;
    private final Map<CodecId, Codec> codecs = new EnumMap<>(CodecId.class);
    private final byte[] compressed = new byte[FrameHeader.MAXIMUM_PLAIN_LENGTH];
    private final byte[] associated = new byte[ObjectHeader.LONGEST + FrameHeader.LENGTH];
    private final FrameSlice slice = new FrameSlice();

    private @Nullable OpenObject current;
    private boolean lastFrame;

    private record OpenObject(ObjectKey key, ObjectHeader header, ObjectCipher cipher) {}

    /**
     * An opener for the objects of one repository.
     *
     * @param repositoryCipher of the repository; stays the caller's
     */
    public ObjectOpener(RepositoryCipher repositoryCipher) {
        this.repositoryCipher = repositoryCipher;
    }

    /**
     * Turns to an object.
     *
     * @param key of the object
     * @param kind it must have
     * @param header from its first bytes or from a manifest
     * @throws RepositoryException with {@link ErrorCode#REPOSITORY_DAMAGED} if the object is of another kind, or unencrypted in an encrypted
     *     repository; with {@link ErrorCode#ENCRYPTION_MISMATCH} if it is encrypted and no key was given; with
     *     {@link ErrorCode#WRONG_KEY} if its key generation is not known
     */
    public void begin(ObjectKey key, HeaderKind kind, ObjectHeader header) {
        current = null;
        if (header.kind() != kind) {
            throw Damage.of(key, "its header says " + header.kind() + " where " + kind + " was expected");
        }
        if (header.suite() != repositoryCipher.suite()) {
            throw wrongSuite(key, header.suite());
        }
        byte[] bytes = header.encode();
        System.arraycopy(bytes, 0, associated, 0, bytes.length);
        current = new OpenObject(key, header, repositoryCipher.forObject(header.identity(key)));
    }

    private static RepositoryException wrongSuite(ObjectKey key, Suite found) {
        if (found == Suite.UNENCRYPTED) {
            return Damage.of(key, "it is not encrypted, although the repository is: somebody may have replaced it");
        }
        return new RepositoryException(
                        ErrorCode.ENCRYPTION_MISMATCH,
                        "object " + key + " is encrypted, but the repository was opened as unencrypted",
                        "Configure the repository with its passphrase or key.")
                .about(key.toString());
    }

    /**
     * Opens one frame.
     *
     * @param where the frame lies; number, offset and length as its sealer reported them
     * @param stored array holding the frame with its header
     * @param offset where the frame begins in that array
     * @param out receives the plaintext; undefined after an exception
     * @param outOffset where the plaintext begins
     * @return length of the plaintext, 0…{@link ObjectSealer#MAXIMUM_FRAME}
     * @throws RepositoryException with {@link ErrorCode#REPOSITORY_DAMAGED} if this is not the frame that was sealed there
     * @throws IndexOutOfBoundsException if the plaintext does not fit
     */
    public int open(FrameLocation where, byte[] stored, int offset, byte[] out, int outOffset) {
        OpenObject object = requireCurrent();
        ObjectCipher cipher = object.cipher();
        if (where.storedLength() < FrameHeader.LENGTH) {
            throw Damage.ofFrame(object.key(), where, "it is shorter than a frame header", null);
        }
        int payloadLength = FrameHeader.payloadLength(stored, offset);
        int word = FrameHeader.word(stored, offset);
        if (payloadLength != where.storedLength() - FrameHeader.LENGTH
                || !FrameHeader.isPlausible(payloadLength, word, cipher.overhead())) {
            throw Damage.ofFrame(object.key(), where, "its header is not plausible", null);
        }
        int headerLength = object.header().length();
        FrameHeader.write(associated, headerLength, payloadLength, word);
        slice.frame(where.number(), FrameHeader.flags(word))
                .associated(associated, headerLength + FrameHeader.LENGTH)
                .from(stored, offset + FrameHeader.LENGTH, payloadLength);
        try {
            decode(cipher, word, out, outOffset);
        } catch (DamagedFrameException | DamagedDataException e) {
            throw Damage.ofFrame(object.key(), where, String.valueOf(e.getMessage()), e);
        }
        lastFrame = FrameHeader.isLast(word);
        return FrameHeader.plainLength(word);
    }

    private void decode(ObjectCipher cipher, int word, byte[] out, int outOffset)
            throws DamagedFrameException, DamagedDataException {
        CodecId codecId = CodecId.ofCode(FrameHeader.codecCode(word)).orElseThrow();
        if (codecId == CodecId.NONE) {
            cipher.open(slice.into(out, outOffset));
        } else {
            int length = cipher.open(slice.into(compressed, 0));
            Codec codec =
                    codecs.computeIfAbsent(codecId, id -> CodecSpec.decoding(id).newCodec());
            codec.decompress(compressed, 0, length, out, outOffset, FrameHeader.plainLength(word));
        }
    }

    /**
     * Whether the frame opened last is the last of its object.
     *
     * @return what its header says, proved by its suite
     */
    public boolean isLastFrame() {
        return lastFrame;
    }

    int overhead() {
        return requireCurrent().cipher().overhead();
    }

    private OpenObject requireCurrent() {
        if (current == null) {
            throw new IllegalStateException("no object was begun");
        }
        return current;
    }

    /** Frees the codecs. Idempotent. */
    @Override
    public void close() {
        codecs.values().forEach(Codec::close);
        codecs.clear();
    }
}
