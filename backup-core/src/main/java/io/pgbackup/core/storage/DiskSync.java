package io.pgbackup.core.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Forces what was written to the disk; replaced in tests that look at the order or need no durability. */
interface DiskSync {
    /** Forces content and length of a file. */
    void file(FileChannel channel) throws IOException;

    /** Forces the entries of a directory. */
    void directory(Path directory) throws IOException;

    /** The operating system's own. */
    static DiskSync system() {
        return new DiskSync() {
            @Override
            public void file(FileChannel channel) throws IOException {
                channel.force(true);
            }

            @Override
            public void directory(Path directory) throws IOException {
                if (directory.getFileSystem().getSeparator().equals("\\")) {
                    // Windows cannot open directories; its file systems journal their entries.
                    return;
                }
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        };
    }
}
