package io.pgbackup.storage;

import java.io.InputStream;
import java.util.Collection;
import java.util.Optional;

/**
 * A place that holds objects. Five verbs and {@link #close()}.
 *
 * <p><b>Promises of every implementation.</b> An object appears whole or not at all, and is never changed afterwards. A completed
 * {@code create} is seen at once by {@code stat}, {@code read} and {@code list} of every client. An error is never reported as
 * "missing". Implementations are safe for use by many threads at once, do not retry (the engine's one retry layer does), and never put a
 * secret into a message.
 *
 * <p>Why not a file system: a store has no cursors, no rename and no partial writes, and code that does not ask for them runs everywhere.
 */
public interface Storage extends AutoCloseable {

    /**
     * Creates an object, atomically. When this returns, the object is durable. When it throws, either nothing is visible under the key or
     * (after a lost reply) the complete object is; never a part of it. An existing object is never overwritten.
     *
     * <p>The payload may be opened more than once. A payload that delivers fewer or more bytes than its size is refused with
     * {@link StorageFaultException} and leaves nothing visible.
     *
     * @param key where; must not exist
     * @param payload the bytes
     * @param attributes what the store should know about the object
     * @throws ObjectExistsException if there is an object with this key already
     * @throws StorageException if the object could not be created
     */
    void create(ObjectKey key, Payload payload, ObjectAttributes attributes) throws StorageException;

    /**
     * Opens a range of an object. The stream delivers exactly the bytes of the range or throws; a stream that ends early is an
     * error, never a short read. The caller closes the stream.
     *
     * <p>A stream fails with an {@link java.io.IOException}. If its cause is a {@link StorageException}, that says what the failure means;
     * otherwise it counts as {@link StorageUnavailableException}, and the engine reads on from the same offset.
     *
     * @param key which object
     * @param range which bytes; {@link ByteRange#all()} for the whole object
     * @return a stream to be used by one thread
     * @throws ObjectNotFoundException if there is no such object
     * @throws StorageFaultException if the range does not lie within the object
     * @throws StorageException if the object could not be read
     */
    InputStream read(ObjectKey key, ByteRange range) throws StorageException;

    /**
     * Looks at one object.
     *
     * @param key which object
     * @return its facts, or empty if (and only if) the store said that it does not exist
     * @throws StorageException if the store gave no such answer
     */
    Optional<ObjectInfo> stat(ObjectKey key) throws StorageException;

    /**
     * Lists one level: the objects directly under a prefix and the prefixes one segment deeper. Complete, however many pages the
     * store needs for it, and sorted by key in order of Unicode code points. A prefix with nothing under it gives an empty listing.
     *
     * @param prefix where
     * @return a plain value
     * @throws StorageException if the listing could not be completed
     */
    Listing list(ObjectPrefix prefix) throws StorageException;

    /**
     * Deletes objects. A missing object counts as deleted. One failure does not stop the others: failures are reported per key.
     *
     * @param keys which objects
     * @return what could not be deleted, and why
     * @throws StorageException if the request failed as a whole
     */
    DeleteReport delete(Collection<ObjectKey> keys) throws StorageException;

    /** Releases connections. Idempotent. Every other method fails with {@link IllegalStateException} afterwards. */
    @Override
    void close();
}
