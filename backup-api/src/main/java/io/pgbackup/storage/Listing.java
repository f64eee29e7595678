package io.pgbackup.storage;

import java.util.List;

/**
 * One level of the key space.
 *
 * @param objects the objects directly below the prefix, sorted by key
 * @param prefixes the prefixes one segment deeper that hold at least one object, sorted
 */
public record Listing(List<ObjectInfo> objects, List<ObjectPrefix> prefixes) {
    /** Copies both lists. */
    public Listing {
        objects = List.copyOf(objects);
        prefixes = List.copyOf(prefixes);
    }
}
