package io.pgbackup.core.pipeline;

import io.pgbackup.core.compress.Codec;
import io.pgbackup.core.compress.CodecId;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.FrameSlice;
import io.pgbackup.core.crypto.ObjectCipher;
import io.pgbackup.core.crypto.ObjectIdentity;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.Payload;
import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes objects, one after the other, frame by frame: compress, then encrypt. Each object is sealed under a fresh random salt, so sealing the
 * same bytes again never repeats key and nonce. Belongs to one worker; memory is the capacity plus two frames, kept between objects.
 */
public final class ObjectSealer implements AutoCloseable {
    /** Most plaintext in a frame, bytes. */
    public static final int MAXIMUM_FRAME = FrameHeader.MAXIMUM_PLAIN_LENGTH;

    /** A frame is stored raw unless compression saves at least one part in this many. */
    private static final int LEAST_GAIN = 16;

    private static final int FIRST_ALLOCATION = 256 * 1024;
    private static final byte[] NO_DIGEST = new byte[0];

    private final RepositoryCipher repositoryCipher;
    private final Codec codec;
    private final SecureRandom random;
    private final int capacity;
    private final byte[] compressed;
    private final byte[] associated = new byte[ObjectHeader.LONGEST + FrameHeader.LENGTH];
    private final FrameSlice slice = new FrameSlice();

    private byte[] buffer;
    private int filled;
    private long drained;
    private long nextFrame;
    private int headerLength;
    private @Nullable ObjectCipher cipher;
    private boolean complete;

    /**
     * A sealer with an empty buffer.
     *
     * @param repositoryCipher of the repository; stays the caller's
     * @param codecSpec how to compress
     * @param capacity most bytes of one object held in memory
     * @param random source of salts
     */
    public ObjectSealer(RepositoryCipher repositoryCipher, CodecSpec codecSpec, int capacity, SecureRandom random) {
        this(
                repositoryCipher,
                codecSpec,
                requireFrame(repositoryCipher, capacity),
                random,
                new byte[Math.min(capacity, FIRST_ALLOCATION)]);
    }

    private ObjectSealer(
            RepositoryCipher repositoryCipher, CodecSpec codecSpec, int capacity, SecureRandom random, byte[] buffer) {
        this.repositoryCipher = repositoryCipher;
        this.codec = codecSpec.newCodec();
        this.random = random;
        this.capacity = capacity;
        this.compressed = new byte[codecSpec.id() == CodecId.NONE ? 0 : codec.maxCompressedLength(MAXIMUM_FRAME)];
        this.buffer = buffer;
    }

    /**
     * A sealer in memory that somebody lends.
     *
     * @param repositoryCipher of the repository; stays the caller's
     * @param codecSpec how to compress
     * @param random source of salts
     * @param lent its length is the capacity; also payloads live in it
     * @return with nothing in it
     */
    public static ObjectSealer within(
            RepositoryCipher repositoryCipher, CodecSpec codecSpec, SecureRandom random, byte[] lent) {
        return new ObjectSealer(repositoryCipher, codecSpec, requireFrame(repositoryCipher, lent.length), random, lent);
    }

    private static int requireFrame(RepositoryCipher cipher, int capacity) {
        if (capacity < ObjectHeader.LONGEST + frameOverhead(cipher)) {
            throw new IllegalArgumentException("a capacity of " + capacity + " bytes holds no frame");
        }
        return capacity;
    }

    /**
     * How much longer a stored frame can be than its plaintext.
     *
     * @param cipher of the repository
     * @return bytes
     */
    public static int frameOverhead(RepositoryCipher cipher) {
        return FrameHeader.LENGTH + cipher.overhead();
    }

    /**
     * Begins an object; whatever was in the buffer is forgotten, so a payload handed out before must have been stored.
     *
     * @param key of the object
     * @param kind of the object
     * @return its header
     */
    public ObjectHeader begin(ObjectKey key, HeaderKind kind) {
        return begin(key, kind, NO_DIGEST);
    }

    /**
     * Begins an object whose header carries a digest of the plaintext, see {@link #begin(ObjectKey, HeaderKind)}.
     *
     * @param key of the object
     * @param kind of the object
     * @param contentDigest from {@link RepositoryCipher#contentDigest} of the current generation
     * @return its header
     */
    public ObjectHeader begin(ObjectKey key, HeaderKind kind, byte[] contentDigest) {
        byte[] salt = new byte[ObjectIdentity.SALT_LENGTH];
        random.nextBytes(salt);
        ObjectHeader header = new ObjectHeader(
                kind, repositoryCipher.suite(), repositoryCipher.currentGeneration(), salt, contentDigest.clone());
        cipher = repositoryCipher.forObject(header.identity(key));
        byte[] bytes = header.encode();
        headerLength = bytes.length;
        System.arraycopy(bytes, 0, associated, 0, headerLength);
        System.arraycopy(bytes, 0, buffer, 0, headerLength);
        filled = headerLength;
        drained = 0;
        nextFrame = 0;
        complete = false;
        return header;
    }

    /**
     * Adds a frame that is not the last.
     *
     * @param plain source array
     * @param offset first byte
     * @param length 0…{@link #MAXIMUM_FRAME}, at most {@link #remaining()}
     * @return where it lies
     * @throws IllegalArgumentException if it is longer than a frame or than what remains
     * @throws IllegalStateException if no object was begun or its last frame was added
     */
    public FrameLocation add(byte[] plain, int offset, int length) {
        return seal(plain, offset, length, false);
    }

    /**
     * Adds the last frame, possibly empty, see {@link #add}. The object is complete.
     *
     * @param plain source array
     * @param offset first byte
     * @param length 0…{@link #MAXIMUM_FRAME}, at most {@link #remaining()}
     * @return where it lies
     */
    public FrameLocation addLast(byte[] plain, int offset, int length) {
        FrameLocation location = seal(plain, offset, length, true);
        complete = true;
        return location;
    }

    private FrameLocation seal(byte[] plain, int offset, int length, boolean last) {
        ObjectCipher objectCipher = requireBegun();
        requireRoom(length);
        int compressedLength = compress(plain, offset, length);
        if (compressedLength > 0) {
            slice.from(compressed, 0, compressedLength);
        } else {
            slice.from(plain, offset, length);
        }
        int payloadLength = (compressedLength > 0 ? compressedLength : length) + objectCipher.overhead();
        CodecId used = compressedLength > 0 ? codec.spec().id() : CodecId.NONE;
        int word = FrameHeader.word(used, last, length);
        int storedLength = FrameHeader.LENGTH + payloadLength;
        ensureAllocated(filled + storedLength);
        FrameHeader.write(buffer, filled, payloadLength, word);
        FrameHeader.write(associated, headerLength, payloadLength, word);
        slice.frame(nextFrame, FrameHeader.flags(word))
                .associated(associated, headerLength + FrameHeader.LENGTH)
                .into(buffer, filled + FrameHeader.LENGTH);
        objectCipher.seal(slice);
        FrameLocation location = new FrameLocation(nextFrame, drained + filled, storedLength);
        nextFrame++;
        filled += storedLength;
        return location;
    }

    /** Length of the compressed frame, or 0 if it is to be stored raw. */
    private int compress(byte[] plain, int offset, int length) {
        if (compressed.length == 0 || length < LEAST_GAIN) {
            return 0;
        }
        int compressedLength = codec.compress(plain, offset, length, compressed, 0, compressed.length);
        return compressedLength <= length - length / LEAST_GAIN ? Math.max(compressedLength, 0) : 0;
    }

    private ObjectCipher requireBegun() {
        if (cipher == null || complete) {
            throw new IllegalStateException(cipher == null ? "no object was begun" : "the object is complete");
        }
        return cipher;
    }

    private void requireRoom(int length) {
        if (length > MAXIMUM_FRAME || length > room()) {
            throw new IllegalArgumentException("a frame of " + length + " bytes, where " + room() + " bytes remain");
        }
    }

    /** Grows once, from what a small object needs to the whole capacity: steps in between would be allocated, cleared and copied for nothing. */
    private void ensureAllocated(int needed) {
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, capacity);
        }
    }

    /**
     * The longest plaintext that a next frame can hold for certain, whether it compresses or not.
     *
     * @return bytes, 0…{@link #MAXIMUM_FRAME}; 0 also if not even an empty frame fits
     */
    public int remaining() {
        return Math.max(0, Math.min(room(), MAXIMUM_FRAME));
    }

    private int room() {
        return capacity - filled - FrameHeader.LENGTH - repositoryCipher.overhead();
    }

    /**
     * Size of the object so far, header and drained bytes included.
     *
     * @return bytes
     */
    public long size() {
        return drained + filled;
    }

    /**
     * The complete object. Lives in this sealer's buffer: store it before the next {@link #begin}.
     *
     * @return what to store
     * @throws IllegalStateException if the last frame was not added, or something was drained
     */
    public Payload payload() {
        if (!complete || drained > 0) {
            throw new IllegalStateException(complete ? "the object was drained" : "the last frame is missing");
        }
        return Payload.of(buffer, 0, filled);
    }

    /**
     * Moves what was sealed so far to a spool, for objects larger than the capacity; frames can be added again afterwards.
     *
     * @param spool receives the bytes; stays open
     * @throws IOException if the spool cannot take them
     */
    public void drainTo(OutputStream spool) throws IOException {
        if (cipher == null) {
            throw new IllegalStateException("no object was begun");
        }
        spool.write(buffer, 0, filled);
        drained += filled;
        filled = 0;
    }

    /** Frees the codec. Idempotent. */
    @Override
    public void close() {
        codec.close();
    }
}
