package io.pgbackup.core.pipeline;

import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;

/**
 * Small objects as a whole: records, key slots, pages of a manifest. Immutable and safe for use by many threads; each call takes its own
 * buffers.
 */
public final class SealedRecords {
    /** Most content of one object, bytes; both ways. */
    public static final int MAXIMUM_LENGTH = 64 * 1024 * 1024;

    private final RepositoryCipher cipher;
    private final CodecSpec codec;
    private final SecureRandom random;

    /**
     * For one repository.
     *
     * @param cipher of the repository; stays the caller's
     * @param codec for new objects
     * @param random source of salts
     */
    public SealedRecords(RepositoryCipher cipher, CodecSpec codec, SecureRandom random) {
        this.cipher = cipher;
        this.codec = codec;
        this.random = random;
    }

    /**
     * Seals content into an object.
     *
     * @param key of the object
     * @param kind of the object
     * @param content up to {@link #MAXIMUM_LENGTH} bytes
     * @return what to store
     */
    public Payload seal(ObjectKey key, HeaderKind kind, byte[] content) {
        if (content.length > MAXIMUM_LENGTH) {
            throw new IllegalArgumentException(
                    "a record of " + content.length + " bytes; " + MAXIMUM_LENGTH + " at most");
        }
        int frames = content.length / ObjectSealer.MAXIMUM_FRAME + 1;
        int capacity = ObjectHeader.LONGEST + content.length + frames * (FrameHeader.LENGTH + cipher.overhead());
        try (ObjectSealer sealer = new ObjectSealer(cipher, codec, capacity, random)) {
            sealer.begin(key, kind);
            int offset = 0;
            while (content.length - offset > ObjectSealer.MAXIMUM_FRAME) {
                sealer.add(content, offset, ObjectSealer.MAXIMUM_FRAME);
                offset += ObjectSealer.MAXIMUM_FRAME;
            }
            sealer.addLast(content, offset, content.length - offset);
            return sealer.payload();
        }
    }

    /**
     * Opens an object.
     *
     * @param key of the object
     * @param kind it must have
     * @param object its bytes, all of them
     * @return its content
     * @throws io.pgbackup.error.RepositoryException if it is damaged, of another kind or format, or under an unknown key
     */
    public byte[] open(ObjectKey key, HeaderKind kind, byte[] object) {
        try {
            return open(key, kind, new ByteArrayInputStream(object));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    /**
     * Opens an object from a stream.
     *
     * @param key of the object
     * @param kind it must have
     * @param in the object from its first byte; closed
     * @return its content
     * @throws IOException if the stream breaks
     * @throws io.pgbackup.error.RepositoryException if it is damaged, of another kind or format, or under an unknown key
     */
    public byte[] open(ObjectKey key, HeaderKind kind, InputStream in) throws IOException {
        try (ObjectOpener opener = new ObjectOpener(cipher);
                InputStream content = new FrameInputStream(new FrameReader(opener, key, kind, in))) {
            byte[] bytes = content.readNBytes(MAXIMUM_LENGTH);
            if (content.read() >= 0) {
                throw Damage.of(key, "it is longer than " + MAXIMUM_LENGTH + " bytes");
            }
            return bytes;
        }
    }
}
