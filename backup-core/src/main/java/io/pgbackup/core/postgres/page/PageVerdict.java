package io.pgbackup.core.postgres.page;

/** What one look at the bytes of a page says. */
public enum PageVerdict {
    /** The page is what PostgreSQL wrote, as far as can be told. */
    OK,
    /** The page is all zeros: extended but not yet used. Valid. */
    NEW,
    /** The checksum does not fit: damaged, or read while being written. */
    BAD_CHECKSUM,
    /** The header contradicts itself: damaged, or read while being written. */
    BAD_HEADER;

    /**
     * Whether nothing speaks against the page.
     *
     * @return true for {@link #OK} and {@link #NEW}
     */
    public boolean good() {
        return this == OK || this == NEW;
    }
}
