package io.pgbackup.core.repository;

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
import io.pgbackup.storage.FreeSpace;
import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectAttributes;
import io.pgbackup.storage.ObjectExistsException;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectNotFoundException;
import io.pgbackup.storage.ObjectPrefix;
import io.pgbackup.storage.Payload;
import io.pgbackup.storage.Storage;
import io.pgbackup.storage.StorageException;
import io.pgbackup.storage.StorageFaultException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A repository whose format and keys are known: storage, cipher and codec under one roof, with failures in the words of the api. Safe for use
 * by many threads. Closed by whoever opened it.
 */
public final class OpenRepository implements AutoCloseable {
    private final String name;
    private final Storage storage;
    private final RepositoryCipher cipher;
    private final CodecSpec codec;
    private final SealedRecords records;
    private final SecureRandom random = new SecureRandom();

    OpenRepository(String name, Storage storage, RepositoryCipher cipher, CodecSpec codec) {
        this.name = name;
        this.storage = storage;
        this.cipher = cipher;
        this.codec = codec;
        this.records = new SealedRecords(cipher, codec, random);
    }

    /**
     * The name users gave it.
     *
     * @return for messages and results
     */
    public String name() {
        return name;
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
     * Creates an object.
     *
     * @param key where
     * @param kind what it is
     * @param payload sealed bytes
     * @return false if the key was taken already
     */
    public boolean create(ObjectKey key, HeaderKind kind, Payload payload) {
        try {
            storage.create(key, payload, ObjectAttributes.of(kind.storageKind()));
            return true;
        } catch (ObjectExistsException e) {
            return false;
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        }
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
        try (InputStream in = storage.read(key, ByteRange.all())) {
            return Optional.of(records.open(key, kind, in));
        } catch (ObjectNotFoundException e) {
            return Optional.empty();
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, name);
        }
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
        try (InputStream in = storage.read(key, ByteRange.all())) {
            byte[] found = in.readNBytes(header.length);
            if (!Arrays.equals(found, header)) {
                throw malformed(key, new IllegalArgumentException("it is not the object that its set refers to"));
            }
            return records.open(key, kind, new SequenceInputStream(new ByteArrayInputStream(found), in));
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, name);
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
                "object " + key + " is missing in repository " + name,
                "something outside pgbackup removed it, or a provider's lifecycle rule; verify tells what is affected");
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
     * Says that an authentic object does not follow the format.
     *
     * @param key of the object
     * @param cause what is wrong
     * @return to be thrown
     */
    public RepositoryException malformed(ObjectKey key, RuntimeException cause) {
        return new RepositoryException(
                ErrorCode.REPOSITORY_DAMAGED,
                "object " + key + " in repository " + name + " does not follow the format: " + cause.getMessage(),
                "it was written by a defective or newer version; verify tells what is affected",
                cause);
    }

    /**
     * Reads a range of an object as it is stored.
     *
     * @param key where
     * @param offset first byte
     * @param target filled from its begin
     * @param length number of bytes
     */
    public void readStored(ObjectKey key, long offset, byte[] target, int length) {
        try {
            readRange(key, ByteRange.of(offset, length), target);
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    /**
     * Reads the first bytes of an object as they are stored.
     *
     * @param key where
     * @param length number of bytes; a shorter object is damaged
     * @return empty if (and only if) there is no such object
     */
    public Optional<byte[]> readBegin(ObjectKey key, int length) {
        byte[] begin = new byte[length];
        try {
            readRange(key, ByteRange.of(0, length), begin);
            return Optional.of(begin);
        } catch (ObjectNotFoundException e) {
            return Optional.empty();
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    private void readRange(ObjectKey key, ByteRange range, byte[] target) throws StorageException {
        int length = (int) range.length();
        try (InputStream in = storage.read(key, range)) {
            if (in.readNBytes(target, 0, length) < length) {
                throw new IOException("the range ended early");
            }
        } catch (StorageFaultException e) {
            requireLength(key, range.offset() + range.length());
            throw e;
        } catch (IOException e) {
            throw StorageErrors.ofStream(key, e);
        }
    }

    /** A range outside of an object is no failure of the store if the object is shorter than it was. */
    private void requireLength(ObjectKey key, long needed) throws StorageException {
        long size = storage.stat(key).map(ObjectInfo::size).orElse(Long.MAX_VALUE);
        if (size < needed) {
            throw malformed(
                    key,
                    new IllegalArgumentException("it is cut off: " + needed + " bytes are needed, it has " + size));
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
            boolean before = kind == HeaderKind.FORMAT || kind == HeaderKind.KEY_SLOT;
            InputStream whole = new SequenceInputStream(new ByteArrayInputStream(begin), stored);
            try (RepositoryCipher none = RepositoryCipher.unencrypted(new byte[RepositoryCipher.REPOSITORY_ID_LENGTH]);
                    ObjectOpener opener = new ObjectOpener(before ? none : cipher);
                    FrameReader frames = new FrameReader(opener, key, kind, whole)) {
                new FrameInputStream(frames).transferTo(out);
            }
        });
    }

    /**
     * Copies an object, as it is stored, to a stream.
     *
     * @param key where
     * @param target not closed
     */
    public void copyStored(ObjectKey key, OutputStream target) {
        copy(key, target, InputStream::transferTo);
    }

    /** What happens between the store and a stream. */
    private interface Copy {
        void run(InputStream stored, OutputStream target) throws IOException;
    }

    private void copy(ObjectKey key, OutputStream target, Copy copy) {
        try (InputStream in = storage.read(key, ByteRange.all())) {
            copy.run(in, target);
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        } catch (IOException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    /**
     * Lists one level.
     *
     * @param prefix where
     * @return everything below it
     */
    public Listing list(ObjectPrefix prefix) {
        try {
            return storage.list(prefix);
        } catch (StorageException e) {
            throw StorageErrors.translate(e, prefix, name);
        }
    }

    /**
     * Looks at one object.
     *
     * @param key where
     * @return empty if (and only if) there is no such object
     */
    public Optional<ObjectInfo> stat(ObjectKey key) {
        try {
            return storage.stat(key);
        } catch (StorageException e) {
            throw StorageErrors.translate(e, key, name);
        }
    }

    /**
     * Deletes objects; the first that cannot be deleted is an exception.
     *
     * @param keys missing ones are fine
     */
    public void delete(List<ObjectKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        try {
            storage.delete(keys).failures().forEach((key, failure) -> {
                throw StorageErrors.translate(failure, key, name);
            });
        } catch (StorageException e) {
            throw StorageErrors.translate(e, keys.get(0), name);
        }
    }

    /**
     * Free space, where the store can tell.
     *
     * @return bytes, or empty
     */
    public OptionalLong usableBytes() {
        try {
            return storage instanceof FreeSpace space ? space.usableBytes() : OptionalLong.empty();
        } catch (StorageException e) {
            return OptionalLong.empty();
        }
    }

    /** Closes storage and wipes keys. Idempotent. */
    @Override
    public void close() {
        storage.close();
        cipher.close();
    }
}
