package io.pgbackup.core.engine.restore;

import io.pgbackup.core.engine.content.FileTarget;
import io.pgbackup.core.manifest.ManifestEntry;

/** Keeps the control file in memory until everything else is durable. */
final class ControlFileCopy {
    private volatile byte[] bytes = new byte[0];

    FileTarget receiving(ManifestEntry.File file) {
        byte[] content = new byte[Math.toIntExact(file.attributes().size())];
        return new FileTarget() {
            @Override
            public void write(long position, byte[] part, int offset, int length) {
                System.arraycopy(part, offset, content, (int) position, length);
            }

            @Override
            public void complete() {
                bytes = content;
            }
        };
    }

    byte[] bytes() {
        if (bytes.length == 0) {
            throw new IllegalStateException("the set holds no control file");
        }
        return bytes;
    }
}
