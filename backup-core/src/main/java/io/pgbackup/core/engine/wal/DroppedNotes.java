package io.pgbackup.core.engine.wal;

import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What was given up and no repository knows of yet: a file with one line each, on disk before the server is told anything. A line that a crash has cut short was never
 * acknowledged. Safe for use by many threads and processes.
 */
final class DroppedNotes {
    private static final Object LOCK = new Object();

    private final Path directory;
    private final Path file;

    /**
     * One file.
     *
     * @param time when it was given up
     * @param file of {@code pg_wal}
     * @param begin its header, which tells whose it is; empty for files that have none
     */
    record Note(Instant time, Path file, byte[] begin) {
        String name() {
            return String.valueOf(file.getFileName());
        }

        private String line() {
            return time + " " + HexFormat.of().formatHex(begin) + "- " + file.toUri() + "\n";
        }

        private static Optional<Note> parse(String line) {
            String[] parts = line.split(" ", -1);
            try {
                return parts.length != 3 || !parts[1].endsWith("-")
                        ? Optional.empty()
                        : Optional.of(new Note(
                                Instant.parse(parts[0]),
                                Path.of(URI.create(parts[2])),
                                HexFormat.of().parseHex(parts[1].substring(0, parts[1].length() - 1))));
            } catch (DateTimeParseException | IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }

    DroppedNotes(Path directory, String cluster) {
        this.directory = directory;
        this.file = directory.resolve(cluster + ".dropped");
    }

    /** Durable on return. */
    void add(Note note) {
        locked(() -> {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                // What a crash has cut short ends here.
                String begin = endsWithLine(channel) ? "" : "\n";
                write(channel, begin + note.line());
            }
            sync(directory);
            return true;
        });
    }

    private static boolean endsWithLine(FileChannel channel) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        return channel.size() == 0 || channel.read(last, channel.size() - 1) == 1 && last.get(0) == '\n';
    }

    private static void write(FileChannel channel, String text) throws IOException {
        channel.position(channel.size());
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(true);
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Without a file nothing was given up. */
    List<Note> all() {
        return Files.exists(file) ? locked(this::read) : List.of();
    }

    private List<Note> read() throws IOException {
        try {
            return Files.readString(file)
                    .lines()
                    .flatMap(line -> Note.parse(line).stream())
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** They are known elsewhere now. */
    void remove(Collection<Note> known) {
        Set<String> lines = new HashSet<>();
        known.forEach(note -> lines.add(note.line()));
        locked(() -> {
            List<Note> left = new ArrayList<>(read());
            left.removeIf(note -> lines.contains(note.line()));
            Path part = file.resolveSibling(file.getFileName() + ".part");
            Files.deleteIfExists(part);
            try (FileChannel channel =
                    FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                StringBuilder text = new StringBuilder();
                left.forEach(note -> text.append(note.line()));
                write(channel, text.toString());
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            sync(directory);
            return true;
        });
    }

    /** Fails unless notes can be written. */
    void probe() {
        locked(() -> true);
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T locked(Work<T> work) {
        synchronized (LOCK) {
            try {
                Files.createDirectories(directory);
                Path lock = file.resolveSibling(file.getFileName() + ".lock");
                try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        var held = channel.lock()) {
                    return work.run();
                }
            } catch (IOException e) {
                throw new ClusterException(
                        ErrorCode.TARGET_UNWRITABLE,
                        "what is given up cannot be noted in " + file + ": " + e,
                        "look at the space and the owner of the directory; nothing is given up without a note",
                        e);
            }
        }
    }
}
