package io.pgbackup.core.engine.restore.target;

import io.pgbackup.core.postgres.files.NativePaths;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds a target against every other restore: a lock on the marker, which ends with the process. For one thread. */
public final class RestoreClaim implements AutoCloseable {
    private final FileChannel channel;

    private RestoreClaim(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Claims an existing directory and says durably what is going on there.
     *
     * @param root the data directory
     * @param marker what is going on
     * @param alone whether nothing else may lie there
     */
    static RestoreClaim on(Path root, RestoreMarker marker, boolean alone) {
        Path file = RestoreMarker.file(root);
        FileChannel opened = null;
        try {
            opened = FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (!lock(opened)) {
                throw TargetFailure.unusable(root, "another restore is at work there", "wait for its end, or stop it");
            }
            if (alone && NativePaths.names(root).stream().anyMatch(name -> !isNothing(name))) {
                throw TargetFailure.unusable(root, "it is no longer empty", "name a directory that nobody else uses");
            }
            opened.truncate(0);
            opened.write(ByteBuffer.wrap(marker.toBytes()), 0);
            opened.force(true);
            DurableTree.sync(root);
            RestoreClaim claim = new RestoreClaim(opened);
            opened = null;
            return claim;
        } catch (IOException e) {
            throw TargetFailure.writing(file, e);
        } finally {
            close(opened);
        }
    }

    private static boolean isNothing(byte[] name) {
        String text = new String(name, java.nio.charset.StandardCharsets.ISO_8859_1);
        return text.equals(RestoreMarker.NAME) || text.equals("lost+found");
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void close(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // What was written was forced before; the lock goes in any case.
            return;
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
