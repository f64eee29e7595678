package io.pgbackup.core.postgres.stream;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.error.ConflictException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps what it is given in a directory, as strictly as an archive: another content under the same name is refused. */
final class DirectoryDestination implements WalDestination {
    private final Path directory;
    private @Nullable StreamFacts seen;
    private volatile Runnable before = () -> {};

    DirectoryDestination(Path directory) {
        this.directory = directory;
    }

    /** Done before anything is taken; may throw or block. */
    void before(Runnable action) {
        before = action;
    }

    @Override
    public void server(StreamFacts facts) {
        if (!facts.equals(seen == null ? facts : seen)) {
            throw new IllegalStateException("another server");
        }
        seen = facts;
    }

    @Override
    public void segment(WalFileName name, Path file) {
        before.run();
        put(name.toString(), bytes(file));
        delete(directory.resolve(name + ".partial"));
    }

    @Override
    public void partial(WalFileName name, Path file, Lsn end) {
        before.run();
        byte[] content = bytes(file);
        WalSegmentSize size = new WalSegmentSize(content.length);
        long length = end.value() - name.start(size).value();
        if (length <= 0 || length >= content.length) {
            throw new IllegalArgumentException(name + " does not end at " + end);
        }
        Arrays.fill(content, (int) length, content.length, (byte) 0);
        write(name + ".partial", content);
    }

    @Override
    public void history(Timeline timeline, byte[] content) {
        before.run();
        put(WalFileName.history(timeline).toString(), content);
    }

    @Override
    public Optional<WalFileName> newest(Timeline timeline) {
        return segments().stream()
                .filter(name -> name.timeline().equals(timeline))
                .max(Comparator.comparing(WalFileName::toString));
    }

    List<WalFileName> segments() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> WalFileName.tryParse(String.valueOf(file.getFileName())))
                    .flatMap(Optional::stream)
                    .filter(name -> name.kind() == WalFileName.Kind.SEGMENT)
                    .sorted(Comparator.comparing(WalFileName::toString))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes(String name) {
        return bytes(directory.resolve(name));
    }

    boolean has(String name) {
        return Files.exists(directory.resolve(name));
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(String name, byte[] content) {
        Path present = directory.resolve(name);
        if (Files.exists(present) && !Arrays.equals(bytes(present), content)) {
            throw new ConflictException(ErrorCode.WAL_CONFLICT, name + " has another content", "look at both");
        }
        write(name, content);
    }

    private void write(String name, byte[] content) {
        try {
            Path pending = Files.write(directory.resolve(name + ".pending"), content);
            Files.move(pending, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
