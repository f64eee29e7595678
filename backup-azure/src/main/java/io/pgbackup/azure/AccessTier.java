package io.pgbackup.azure;

/**
 * Where the store keeps a blob: the colder, the cheaper to keep and the dearer to read. There is no archive tier here: what lies in it cannot
 * be read for hours, so neither a restore nor a verification could be done.
 */
public enum AccessTier {
    /** For what is read often. */
    HOT,
    /** For what is kept for a month or longer. */
    COOL,
    /** For what is kept for three months or longer. */
    COLD
}
