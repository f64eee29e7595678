package io.pgbackup.core.postgres.wal;

import java.util.Optional;

/** The forms of the log, one for each major version (PostgreSQL {@code XLOG_PAGE_MAGIC}, {@code xlog_internal.h}). */
public enum WalFormat {
    /** PostgreSQL 13. */
    V13(13, 0xD106),
    /** PostgreSQL 14. */
    V14(14, 0xD10D),
    /** PostgreSQL 15. */
    V15(15, 0xD110),
    /** PostgreSQL 16. */
    V16(16, 0xD113),
    /** PostgreSQL 17. */
    V17(17, 0xD116),
    /** PostgreSQL 18. */
    V18(18, 0xD118);

    private static final WalFormat[] ALL = values();

    private final int major;
    private final int magic;

    WalFormat(int major, int magic) {
        this.major = major;
        this.magic = magic;
    }

    /**
     * The form that a page is written in.
     *
     * @param magic first two bytes of the page
     * @return empty if it is none that this library reads
     */
    public static Optional<WalFormat> ofMagic(int magic) {
        for (WalFormat format : ALL) {
            if (format.magic == magic) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /**
     * The form that a version writes.
     *
     * @param major of the version
     * @return empty if it is none that this library reads
     */
    public static Optional<WalFormat> ofMajor(int major) {
        for (WalFormat format : ALL) {
            if (format.major == major) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /**
     * The version that writes it.
     *
     * @return 13 to 18
     */
    public int major() {
        return major;
    }

    /**
     * What every page begins with.
     *
     * @return an unsigned 16-bit number
     */
    public int magic() {
        return magic;
    }
}
