package io.pgbackup.catalog;

import io.pgbackup.storage.Listing;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.io.OutputStream;

/** Looks at the objects of a repository, for people and tools. Reads only. Safe for use by many threads. */
public interface RepositoryBrowser {
    /**
     * Lists one level.
     *
     * @param prefix where; {@link ObjectPrefix#root()} for the whole repository
     * @return objects and deeper prefixes
     */
    Listing list(ObjectPrefix prefix);

    /**
     * Reads an object: decrypted, decompressed and authenticated.
     *
     * @param key which object
     * @param target receives the content; not closed
     */
    void read(ObjectKey key, OutputStream target);

    /**
     * Reads an object as it is stored.
     *
     * @param key which object
     * @param target receives the bytes; not closed
     */
    void readStored(ObjectKey key, OutputStream target);
}
