package io.pgbackup.core.repository;

import io.pgbackup.ObjectLock;
import io.pgbackup.core.compress.CodecSpec;
import io.pgbackup.core.crypto.RepositoryCipher;
import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.pipeline.FrameInputStream;
import io.pgbackup.core.pipeline.FrameReader;
import io.pgbackup.core.pipeline.HeaderKind;
import io.pgbackup.core.pipeline.ObjectHeader;
import io.pgbackup.core.pipeline.ObjectOpener;
import io.pgbackup.core.pipeline.ObjectSealer;
import io.pgbackup.core.pipeline.SealedRecords;
import io.pgbackup.core.storage.StorageErrors;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.storage.ByteRange;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;

/**
 * A repository whose format and keys are known: storage, cipher and codec under one roof, with failures in the words of the api. Safe for use
 * by many threads. Closed by whoever opened it.
 */
public final class OpenRepository extends StoredObjects implements AutoCloseable {
    private final RepositoryCipher cipher;
    private final CodecSpec codec;
    private final Optional<ObjectLock> objectLock;
    private final SealedRecords records;
    private final SecureRandom random = new SecureRandom();

    public OpenRepository(String name, Storage storage, RepositoryCipher cipher, CodecSpec codec) {
        this(name, storage, cipher, codec, Optional.empty());
    }

    private OpenRepository(
            String name, Storage storage, RepositoryCipher cipher, CodecSpec codec, Optional<ObjectLock> objectLock) {
        super(name, storage);
        this.cipher = cipher;
        this.codec = codec;
        this.objectLock = objectLock;
        this.records = new SealedRecords(cipher, codec, random);
    }

    /** The same repository, whose sets are locked as its user wants. */
    public OpenRepository locking(Optional<ObjectLock> wanted) {
        return new OpenRepository(name(), storage(), cipher, codec, wanted);
    }

    /**
     * How new sets are to be locked.
     *
     * @return empty if they are not
     */
    public Optional<ObjectLock> objectLock() {
        return objectLock;
    }

    /** From now on, what is created of a set is locked. */
    public void lock(ObjectPrefix data, ObjectKey record, Instant until) {
        objectLock.ifPresent(lock -> lock(data, record, new ObjectAttributes.Lock(until, lock.mode())));
    }

    /**
     * What tells this repository from all others, wherever it is.
     *
     * @return 32 hexadecimal digits
     */
    public String id() {
        return HexFormat.of().formatHex(cipher.repositoryId());
    }

    /**
     * The same objects under other keys.
     *
     * @param other stays the caller's
     * @return not to be closed: it shares this one's storage
     */
    public OpenRepository sealedBy(RepositoryCipher other) {
        return new OpenRepository(name(), storage(), other, codec);
    }

    /**
     * The keys.
     *
     * @return derives those of single objects
     */
    public RepositoryCipher cipher() {
        return cipher;
    }

    /**
     * A writer of bundles with this repository's keys and codec.
     *
     * @param capacity most bytes of an object
     * @return for one worker
     */
    public ObjectSealer newSealer(int capacity) {
        return new ObjectSealer(cipher, codec, capacity, random);
    }

    /**
     * Makes a sealer of this repository's cipher and codec in memory that somebody lends.
     *
     * @param lent its length is the most bytes of an object; also payloads live in it
     * @return for one worker
     */
    public ObjectSealer sealerWithin(byte[] lent) {
        return ObjectSealer.within(cipher, codec, random, lent);
    }

    /**
     * Seals and creates a small object.
     *
     * @param key where
     * @param kind what it is
     * @param content plaintext
     * @return false if the key was taken already
     */
    public boolean createRecord(ObjectKey key, HeaderKind kind, byte[] content) {
        return create(key, kind, records.seal(key, kind, content));
    }

    /**
     * Seals a small object.
     *
     * @param key where it will be
     * @param kind what it is
     * @param content plaintext
     * @return bytes for {@link #create}
     */
    public Payload seal(ObjectKey key, HeaderKind kind, byte[] content) {
        return records.seal(key, kind, content);
    }

    /**
     * Reads and opens a small object.
     *
     * @param key where
     * @param kind what it must be
     * @return plaintext; empty if (and only if) there is no such object
     */
    public Optional<byte[]> readRecord(ObjectKey key, HeaderKind kind) {
        return readObject(key).map(object -> open(key, kind, object));
    }

    /**
     * Opens a small object that was read.
     *
     * @param key where it was
     * @param kind what it must be
     * @param object as it is stored
     * @return plaintext
     */
    public byte[] open(ObjectKey key, HeaderKind kind, byte[] object) {
        return records.open(key, kind, object);
    }

    /**
     * Reads and opens a small object that must be there and be a certain one.
     *
     * @param key where
     * @param kind what it must be
     * @param header object header it must have, which holds its random salt
     * @return plaintext
     */
    public byte[] requirePinned(ObjectKey key, HeaderKind kind, byte[] header) {
        try (InputStream in = storage().read(key, ByteRange.all())) {
            byte[] found = in.readNBytes(header.length);
            if (!Arrays.equals(found, header)) {
                throw malformed(key, new IllegalArgumentException("it is not the object that its set refers to"));
            }
            return records.open(key, kind, new SequenceInputStream(new ByteArrayInputStream(found), in));
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name());
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, name());
        }
    }

    /**
     * Reads a small object that must be there and understands it.
     *
     * @param key where
     * @param kind what it must be
     * @param parser may throw {@link MalformedContentException}
     * @param <T> what the object says
     * @return what the parser returned
     */
    public <T> T require(ObjectKey key, HeaderKind kind, Function<byte[], T> parser) {
        byte[] content = readRecord(key, kind).orElseThrow(() -> missing(key));
        return parse(key, content, parser);
    }

    /** Says that an object is not there; to be thrown. */
    public RepositoryException missing(ObjectKey key) {
        return new RepositoryException(
                        ErrorCode.OBJECT_MISSING,
                        "object " + key + " is missing in repository " + name(),
                        "something outside pgbackup removed it, or a provider's lifecycle rule; verify tells what is affected")
                .about(key.toString());
    }

    /**
     * Understands content, naming the object if it cannot be understood.
     *
     * @param key of the object
     * @param content plaintext
     * @param parser may throw {@link MalformedContentException}
     * @param <T> what the object says
     * @return what the parser returned
     */
    public <T> T parse(ObjectKey key, byte[] content, Function<byte[], T> parser) {
        try {
            return parser.apply(content);
        } catch (MalformedContentException | IllegalArgumentException | java.time.DateTimeException e) {
            throw malformed(key, e);
        }
    }

    /**
     * Copies an object, opened, to a stream.
     *
     * @param key where
     * @param target not closed
     */
    public void copyContent(ObjectKey key, OutputStream target) {
        copy(key, target, (stored, out) -> {
            byte[] begin = stored.readNBytes(ObjectHeader.SHORTEST);
            HeaderKind kind = ObjectHeader.parse(key, begin, begin.length).kind();
            InputStream whole = new SequenceInputStream(new ByteArrayInputStream(begin), stored);
            try (RepositoryCipher none = RepositoryCipher.unencrypted(new byte[RepositoryCipher.REPOSITORY_ID_LENGTH]);
                    ObjectOpener opener = new ObjectOpener(kind.precedesKeys() ? none : cipher);
                    FrameReader frames = new FrameReader(opener, key, kind, whole)) {
                new FrameInputStream(frames).transferTo(out);
            }
        });
    }

    /** Closes storage and wipes keys. Idempotent. */
    @Override
    public void close() {
        storage().close();
        cipher.close();
    }
}
