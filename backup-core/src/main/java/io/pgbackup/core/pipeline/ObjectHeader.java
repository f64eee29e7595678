package io.pgbackup.core.pipeline;

import io.pgbackup.core.crypto.ContentDigest;
import io.pgbackup.core.crypto.ObjectIdentity;
import io.pgbackup.core.crypto.Suite;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ObjectKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The beginning of every object of a repository, big-endian: {@code PGBK} (4), kind (1), format version (2), suite (1), key generation (4),
 * salt (32), length of the content digest (1: 0 or 32), content digest. The whole of it is authenticated with each frame. The salt lies
 * within the first 64 bytes, by which a writer recognises its own object after a lost reply. Immutable.
 */
public final class ObjectHeader {
    /** The newest format version this library writes; most kinds of objects are of an older one, see {@link HeaderKind#version()}. */
    public static final int VERSION = 2;
    /** The oldest format version it reads. */
    public static final int OLDEST_VERSION = 1;
    /** Length of a header without content digest. */
    public static final int SHORTEST = 45;
    /** Length of a header with content digest. */
    public static final int LONGEST = SHORTEST + ContentDigest.LENGTH;

    private static final int MAGIC = 0x5047424B;
    private static final int DIGEST_LENGTH_OFFSET = SHORTEST - 1;
    private static final int VERSION_END = 7;

    private final HeaderKind kind;
    private final Suite suite;
    private final int generation;
    private final byte[] salt;
    private final byte[] contentDigest;

    ObjectHeader(HeaderKind kind, Suite suite, int generation, byte[] salt, byte[] contentDigest) {
        if (salt.length != ObjectIdentity.SALT_LENGTH
                || (contentDigest.length != 0 && contentDigest.length != ContentDigest.LENGTH)) {
            throw new IllegalArgumentException(
                    "a salt of " + salt.length + " bytes, a digest of " + contentDigest.length + " bytes");
        }
        this.kind = kind;
        this.suite = suite;
        this.generation = generation;
        this.salt = salt;
        this.contentDigest = contentDigest;
    }

    /**
     * Reads the header at the beginning of some bytes.
     *
     * @param key of the object, for messages
     * @param bytes beginning of the object
     * @param length how many of them are there; {@link #LONGEST} are always enough
     * @return the header
     * @throws RepositoryException with {@link ErrorCode#REPOSITORY_DAMAGED} if there is none, with
     *     {@link ErrorCode#FORMAT_UNSUPPORTED} if another version of the library wrote it
     */
    public static ObjectHeader parse(ObjectKey key, byte[] bytes, int length) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
        if (length < VERSION_END || buffer.getInt() != MAGIC) {
            throw Damage.of(key, "it does not begin with the header of a repository object");
        }
        int kindCode = Byte.toUnsignedInt(buffer.get());
        Optional<HeaderKind> known = HeaderKind.ofCode(kindCode);
        requireSupported(key, Short.toUnsignedInt(buffer.getShort()), known);
        if (length < SHORTEST) {
            throw Damage.of(key, "its header is truncated");
        }
        int suiteCode = Byte.toUnsignedInt(buffer.get());
        int generation = buffer.getInt();
        byte[] salt = take(buffer, ObjectIdentity.SALT_LENGTH);
        int digestLength = Byte.toUnsignedInt(buffer.get());
        HeaderKind kind = known.orElseThrow(() -> Damage.of(key, "its header names the unknown kind " + kindCode));
        Suite suite = Suite.ofCode(suiteCode)
                .orElseThrow(() -> Damage.of(key, "its header names the unknown suite " + suiteCode));
        if (digestLength != 0 && digestLength != ContentDigest.LENGTH) {
            throw Damage.of(key, "its header names a content digest of " + digestLength + " bytes");
        }
        if (buffer.remaining() < digestLength) {
            throw Damage.of(key, "its header is truncated");
        }
        if (suite == Suite.UNENCRYPTED ? generation != 0 : generation < 1) {
            throw Damage.of(key, "its header names key generation " + Integer.toUnsignedString(generation));
        }
        return new ObjectHeader(kind, suite, generation, salt, take(buffer, digestLength));
    }

    private static void requireSupported(ObjectKey key, int version, Optional<HeaderKind> kind) {
        int newest = kind.map(HeaderKind::version).orElse(VERSION);
        int oldest = kind.map(HeaderKind::version).orElse(OLDEST_VERSION);
        if (version > newest) {
            throw new RepositoryException(
                            ErrorCode.FORMAT_UNSUPPORTED,
                            "object " + key + " is too new: written by format " + version
                                    + ", this library reads up to " + newest,
                            "Update the library.")
                    .about(key.toString());
        }
        if (version < oldest) {
            throw Damage.of(key, "its header names format " + version);
        }
    }

    private static byte[] take(ByteBuffer buffer, int length) {
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    /**
     * The stored form; what a manifest keeps of a bundle, so that its frames can be read alone.
     *
     * @return a new array of {@link #length()} bytes
     */
    public byte[] encode() {
        return ByteBuffer.allocate(length())
                .putInt(MAGIC)
                .put((byte) kind.code())
                .putShort((short) kind.version())
                .put((byte) suite.code())
                .putInt(generation)
                .put(salt)
                .put((byte) contentDigest.length)
                .put(contentDigest)
                .array();
    }

    /**
     * Length of the stored form: the offset of frame 0.
     *
     * @return bytes
     */
    public int length() {
        return DIGEST_LENGTH_OFFSET + 1 + contentDigest.length;
    }

    /**
     * What the object is.
     *
     * @return the kind
     */
    public HeaderKind kind() {
        return kind;
    }

    /**
     * How its frames are protected.
     *
     * @return the suite
     */
    public Suite suite() {
        return suite;
    }

    /**
     * Which master key sealed it.
     *
     * @return at least 1, or 0 if it is unencrypted
     */
    public int generation() {
        return generation;
    }

    /**
     * The keyed digest of the whole plaintext.
     *
     * @return a copy; empty if the object has none
     */
    public Optional<byte[]> contentDigest() {
        return contentDigest.length == 0 ? Optional.empty() : Optional.of(contentDigest.clone());
    }

    ObjectIdentity identity(ObjectKey key) {
        return new ObjectIdentity(generation, salt, key.toString(), kind.code());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectHeader header && Arrays.equals(encode(), header.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(salt);
    }

    @Override
    public String toString() {
        return "ObjectHeader[" + kind + ", " + suite.text() + ", generation " + generation + "]";
    }
}
