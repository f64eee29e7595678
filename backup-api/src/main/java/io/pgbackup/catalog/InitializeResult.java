package io.pgbackup.catalog;

/** What {@code initialize} found. */
public enum InitializeResult {
    /** Repository or cluster directory was made. */
    CREATED,
    /** Both existed and are valid for this cluster; nothing was changed. */
    ALREADY_VALID
}
