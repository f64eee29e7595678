package io.pgbackup.core.manifest;

import io.pgbackup.core.postgres.files.ClusterPath;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * All entries of a section of a manifest in the order of their paths, one page in memory at a time. Throws
 * {@link MalformedContentException} when the format is violated. Not safe for use by many threads.
 */
public final class ManifestStream implements Iterator<ManifestEntry> {
    private final int pageCount;
    private final int pageSize;
    private final IntFunction<byte[]> pages;
    private int nextPage;
    private @Nullable ManifestPageReader reader;
    private Optional<ClusterPath> last = Optional.empty();

    /**
     * Begins with the first page.
     *
     * @param pageCount number of manifest pages
     * @param pageSize of the cluster, in bytes
     * @param pages gives the content of each, from 0
     */
    public ManifestStream(int pageCount, int pageSize, IntFunction<byte[]> pages) {
        this.pageCount = pageCount;
        this.pageSize = pageSize;
        this.pages = pages;
    }

    @Override
    public boolean hasNext() {
        while (reader == null || !reader.hasNext()) {
            if (nextPage == pageCount) {
                return false;
            }
            reader = new ManifestPageReader(pages.apply(nextPage++), pageSize);
        }
        return true;
    }

    @Override
    public ManifestEntry next() {
        if (!hasNext() || reader == null) {
            throw new NoSuchElementException();
        }
        ManifestEntry entry = reader.next();
        last.ifPresent(path -> {
            if (path.compareTo(entry.path()) >= 0) {
                throw new MalformedContentException(entry.path() + " does not follow " + path);
            }
        });
        last = Optional.of(entry.path());
        return entry;
    }
}
