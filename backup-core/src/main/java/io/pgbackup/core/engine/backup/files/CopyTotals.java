package io.pgbackup.core.engine.backup.files;

import io.pgbackup.backup.BadPage;
import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import java.util.ArrayList;
import java.util.List;

/** Adds up what was copied. For one thread. */
public final class CopyTotals {
    private static final int MOST_BAD_PAGES = 10_000;

    private final int pageSize;
    private final List<BadPage> badPages = new ArrayList<>();
    private long badPageCount;
    private long files;
    private long clusterBytes;
    private long readBytes;
    private long pages;
    private long changedPages;
    private long adoptedBytes;
    private long walStored;

    public CopyTotals(int pageSize) {
        this.pageSize = pageSize;
    }

    void file(ManifestEntry.File file, long read) {
        files++;
        clusterBytes += file.attributes().size();
        readBytes += read;
        if (file.proof().paged()) {
            pages += file.unitCount(pageSize);
            changedPages += file.map().ownUnits();
        }
    }

    /** Counts a file that was made up, not read. */
    void madeUp(ManifestEntry.File file) {
        files++;
        clusterBytes += file.attributes().size();
    }

    /** Counts a WAL segment. */
    void wal(ManifestEntry.File segment) {
        walStored += segment.map().frames().stream().mapToLong(FrameRef::stored).sum();
    }

    void adopted(long bytes) {
        adoptedBytes += bytes;
    }

    void bad(List<BadPage> found) {
        badPageCount += found.size();
        badPages.addAll(found.subList(0, Math.min(found.size(), MOST_BAD_PAGES - badPages.size())));
    }

    public List<BadPage> badPages() {
        return badPages;
    }

    long badPageCount() {
        return badPageCount;
    }

    public long walStored() {
        return walStored;
    }

    public long files() {
        return files;
    }

    public long clusterBytes() {
        return clusterBytes;
    }

    public long readBytes() {
        return readBytes;
    }

    public long pages() {
        return pages;
    }

    public long adoptedBytes() {
        return adoptedBytes;
    }

    public long changedPages() {
        return changedPages;
    }
}
