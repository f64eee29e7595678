package io.pgbackup.core.engine.restore.plan;

import io.pgbackup.core.block.NeededFrame;
import io.pgbackup.core.engine.content.ContentReader;
import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.manifest.ManifestEntry;
import java.util.List;

/** A small file of a set, kept in memory. */
public final class SetFile implements FileTarget {
    private final byte[] content;
    private volatile boolean complete;

    private SetFile(ManifestEntry.File file) {
        this.content = new byte[Math.toIntExact(file.attributes().size())];
    }

    /** Lets a file be read; its content is there when the reader is drained. */
    public static SetFile of(ManifestEntry.File file, List<NeededFrame> frames, ContentReader reader) {
        SetFile kept = new SetFile(file);
        reader.read(file, frames, kept);
        return kept;
    }

    @Override
    public void write(long position, byte[] bytes, int offset, int length) {
        System.arraycopy(bytes, offset, content, (int) position, length);
    }

    @Override
    public void complete() {
        complete = true;
    }

    public byte[] bytes() {
        if (!complete) {
            throw new IllegalStateException("the file was not read");
        }
        return content;
    }
}
