package io.pgbackup.core.postgres.files;

import java.time.Instant;

/**
 * What the file system says of an entry.
 *
 * @param size bytes when the entry was listed; 0 for all but files. A live file may since have grown or shrunk
 * @param mode POSIX permission bits, at most 07777
 * @param ownership who owns it
 * @param modified when it was last changed, by the file system's clock; never a proof that it was not
 */
public record EntryAttributes(long size, int mode, Ownership ownership, Instant modified) {
    /**
     * Who owns an entry, by name; by number where the system has no name.
     *
     * @param owner the user
     * @param group the group
     */
    public record Ownership(String owner, String group) {}
}
