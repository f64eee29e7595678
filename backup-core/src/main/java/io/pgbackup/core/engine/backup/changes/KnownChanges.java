package io.pgbackup.core.engine.backup.changes;

import io.pgbackup.core.block.change.ChangeSet;
import java.util.Optional;

/**
 * What is known of pages before they are read.
 *
 * @param changes since the base's start; empty if nothing is known: every page is read
 * @param reason where it is known from, or why it is not
 */
public record KnownChanges(Optional<ChangeSet> changes, String reason) {
    static KnownChanges of(ChangeSet changes, String source) {
        return new KnownChanges(Optional.of(changes), source);
    }

    /** Nothing is known. */
    public static KnownChanges none(String reason) {
        return new KnownChanges(Optional.empty(), reason);
    }
}
