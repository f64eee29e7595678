package io.pgbackup.core.engine.content;

import io.pgbackup.core.manifest.ManifestEntry;
import java.util.concurrent.atomic.AtomicInteger;

/** A file on its way: knows when the last of its frames has arrived. Safe for use by many threads. */
final class WantedFile {
    private final ManifestEntry.File file;
    private final FileTarget target;
    private final int unitSize;
    private final AtomicInteger framesLeft;

    WantedFile(ManifestEntry.File file, FileTarget target, int unitSize, int frames) {
        this.file = file;
        this.target = target;
        this.unitSize = unitSize;
        this.framesLeft = new AtomicInteger(frames);
    }

    ManifestEntry.File file() {
        return file;
    }

    FileTarget target() {
        return target;
    }

    int unitSize() {
        return unitSize;
    }

    int unitLength(int unit) {
        return (int) Math.min(unitSize, file.attributes().size() - (long) unit * unitSize);
    }

    /** Whether its frames must be read in their order by one worker, because the digest is over the whole. */
    boolean inOrder(int pageSize) {
        return !file.proof().paged() && file.unitCount(pageSize) > 1;
    }

    void frameArrived() {
        if (framesLeft.decrementAndGet() == 0) {
            target.complete();
        }
    }
}
