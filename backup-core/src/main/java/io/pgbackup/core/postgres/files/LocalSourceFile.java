package io.pgbackup.core.postgres.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A file of the local file system. */
final class LocalSourceFile implements SourceFile {
    private final String name;
    private final FileChannel channel;

    private LocalSourceFile(String name, FileChannel channel) {
        this.name = name;
        this.channel = channel;
    }

    static Optional<SourceFile> open(Path path, String name) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            return Optional.of(new LocalSourceFile(name, channel));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw SourceFailure.reading(name, e);
        }
    }

    @Override
    public int read(long position, ByteBuffer into) {
        int total = 0;
        try {
            while (into.hasRemaining()) {
                int count = channel.read(into, position + total);
                if (count < 0) {
                    break;
                }
                total += count;
            }
        } catch (IOException e) {
            throw SourceFailure.reading(name + " at byte " + (position + total), e);
        }
        return total;
    }

    @Override
    public long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw SourceFailure.reading(name, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Only read: nothing can be lost by it.
            return;
        }
    }
}
