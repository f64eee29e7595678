package io.pgbackup.core.storage;

import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** For tests that do not care whether a power cut would be survived. */
final class NoSync implements DiskSync {
    @Override
    public void file(FileChannel channel) {}

    @Override
    public void directory(Path directory) {}
}
