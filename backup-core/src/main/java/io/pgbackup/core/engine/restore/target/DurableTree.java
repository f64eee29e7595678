package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.work.OrderedWork;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.stream.Stream;

/** Forces files and names to the disk. Stateless. */
final class DurableTree {
    private DurableTree() {}

    /**
     * Makes directories durable: first the content of all files in them, by many workers, then all names. One file after the other while they arrive would
     * cost a commit of the file system's journal each; afterwards the first commit serves almost all.
     */
    static void sync(Collection<Path> directories, OrderedWork work) {
        for (Path directory : directories) {
            syncFiles(directory, work);
        }
        work.drain();
        directories.forEach(DurableTree::sync);
    }

    private static void syncFiles(Path directory, OrderedWork work) {
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .forEach(path -> work.submit(() -> sync(path), ignored -> {}));
        } catch (IOException e) {
            throw TargetFailure.writing(directory, e);
        }
    }

    /** Forces one file or directory. */
    static Path sync(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
            return path;
        } catch (IOException e) {
            throw TargetFailure.writing(path, e);
        }
    }
}
