package io.pgbackup.storage;

/**
 * Objects that a store may remove by itself when they are old enough.
 *
 * @param prefix what their keys begin with
 * @param days after which no object below it is needed any more, at least 1
 */
public record Expirable(ObjectPrefix prefix, int days) {
    /** Checks the number. */
    public Expirable {
        if (days < 1) {
            throw new IllegalArgumentException("objects expire after at least 1 day, not " + days);
        }
    }
}
