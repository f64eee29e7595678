package io.pgbackup.core.engine.backup.files;

import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.UnitRuns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What one lane made of a run: what it stored, and the fingerprint of every page. Filled by one worker, then read by one other thread. */
final class LaneResult {
    final List<FrameRef> frames = new ArrayList<>();
    final UnitRuns.Builder zeros = new UnitRuns.Builder();
    private long[] fingerprints = new long[64];
    private long[] stored = new long[64];
    private int pages;
    private int storedPages;

    void page(long fingerprint) {
        fingerprints = room(fingerprints, pages);
        fingerprints[pages++] = fingerprint;
    }

    void storedPage(long fingerprint) {
        stored = room(stored, storedPages);
        stored[storedPages++] = fingerprint;
    }

    private static long[] room(long[] array, int size) {
        return size < array.length ? array : Arrays.copyOf(array, size * 2);
    }

    /** Fingerprints of all pages of the run. */
    long[] fingerprints() {
        return Arrays.copyOf(fingerprints, pages);
    }

    /** Fingerprints of the pages in frames. */
    long[] storedFingerprints() {
        return Arrays.copyOf(stored, storedPages);
    }
}
