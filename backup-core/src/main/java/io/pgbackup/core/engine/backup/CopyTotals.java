package io.pgbackup.core.engine.backup;

import io.pgbackup.backup.BadPage;
import io.pgbackup.core.manifest.ManifestEntry;
import java.util.ArrayList;
import java.util.List;

/** Adds up what was copied. For one thread. */
final class CopyTotals {
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

    CopyTotals(int pageSize) {
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

    void adopted(long bytes) {
        adoptedBytes += bytes;
    }

    void bad(List<BadPage> found) {
        badPageCount += found.size();
        badPages.addAll(found.subList(0, Math.min(found.size(), MOST_BAD_PAGES - badPages.size())));
    }

    List<BadPage> badPages() {
        return badPages;
    }

    long badPageCount() {
        return badPageCount;
    }

    long files() {
        return files;
    }

    long clusterBytes() {
        return clusterBytes;
    }

    long readBytes() {
        return readBytes;
    }

    long pages() {
        return pages;
    }

    long adoptedBytes() {
        return adoptedBytes;
    }

    long changedPages() {
        return changedPages;
    }
}
