package io.pgbackup.core.engine.copy;

import io.pgbackup.core.manifest.FrameRef;
import io.pgbackup.core.manifest.ManifestEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * What one worker copies at a time: stretches of one file, or of many small ones, that fit into its buffer together; and the entries of the new
 * manifest that are complete when these are stored. Filled by one thread, worked on by another, and then ended by the first.
 */
final class Window {
    /** Bytes of a buffer, of which each worker has one. */
    static final int BYTES = 8 << 20;

    private static final int MOST_ENTRIES = 4096;

    private final List<Stretch> stretches = new ArrayList<>();
    private final List<PendingFile> files = new ArrayList<>();
    private final List<Runnable> endings = new ArrayList<>();
    private int bytes;

    /** A file of which some stretches may be in other windows. For one thread. */
    static final class PendingFile {
        private final FileContent content;
        private final List<FrameRef> frames = new ArrayList<>();

        PendingFile(FileContent content) {
            this.content = content;
        }

        void add(List<FrameRef> stored) {
            frames.addAll(stored);
        }

        FileContent content() {
            return content;
        }

        ManifestEntry.File entry() {
            return content.storedAs(frames);
        }
    }

    boolean hasRoomFor(Stretch stretch, int pageSize) {
        return bytes + stretch.size(pageSize) <= BYTES && endings.size() < MOST_ENTRIES;
    }

    void add(PendingFile file, Stretch stretch, int pageSize) {
        stretches.add(stretch);
        files.add(file);
        bytes += stretch.size(pageSize);
    }

    /** What is to be done when everything so far is stored. */
    void then(Runnable action) {
        endings.add(action);
    }

    boolean isFull() {
        return endings.size() >= MOST_ENTRIES;
    }

    List<Stretch> stretches() {
        return stretches;
    }

    /** Takes the new frames of each stretch. */
    void stored(List<List<FrameRef>> frames) {
        for (int index = 0; index < frames.size(); index++) {
            files.get(index).add(frames.get(index));
        }
    }

    void end() {
        endings.forEach(Runnable::run);
    }
}
