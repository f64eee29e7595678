package io.pgbackup.core.postgres.page;

/** Reads one page anew. Every call must reach the file: an answer from a buffer would only repeat the first, torn read. */
@FunctionalInterface
public interface PageSource {
    /**
     * Reads the page into the beginning of an array.
     *
     * @param page as long as a page; filled from its beginning
     * @return bytes read; fewer than a page if the file now ends before the page does
     */
    int read(byte[] page);
}
