package io.pgbackup.core.postgres.stream;

import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Segments that a receiver which was interrupted has left in its directory. Whole ones may be all that there is of them if the server is lost, too: they are
 * brought to the destination if they are what it lacks next. A segment is whole if it has its final name, or if one that comes later on
 * its timeline was begun, for segments are forced to the disk one after the other. For one thread.
 */
final class Leftovers {
    private final Path directory;

    Leftovers(Path directory) {
        this.directory = directory;
    }

    /** Brings whole segments to a destination and removes them. */
    void bringTo(WalDestination destination, Persistence persistence) throws IOException {
        TreeMap<Timeline, List<Path>> timelines = new TreeMap<>();
        for (Path file : segments()) {
            timelines
                    .computeIfAbsent(name(file).timeline(), none -> new ArrayList<>())
                    .add(file);
        }
        for (List<Path> files : timelines.values()) {
            for (int at = 0; at < files.size(); at++) {
                if (isFinal(files.get(at)) || at < files.size() - 1) {
                    bring(files.get(at), destination, persistence);
                }
            }
        }
    }

    private void bring(Path file, WalDestination destination, Persistence persistence) throws IOException {
        WalFileName name = name(file);
        Optional<WalSegmentSize> size = size(file);
        if (size.isEmpty()) {
            return;
        }
        long number = name.segmentNumber(size.get());
        Optional<WalFileName> newest = persistence.get(() -> destination.newest(name.timeline()));
        long next = newest.map(found -> found.segmentNumber(size.get()) + 1).orElse(number);
        if (number > next) {
            return;
        }
        Path whole = directory.resolve(name.toString());
        Files.move(file, whole, StandardCopyOption.ATOMIC_MOVE);
        if (number == next) {
            persistence.run(() -> destination.segment(name, whole));
        }
        Files.delete(whole);
    }

    private static Optional<WalSegmentSize> size(Path file) throws IOException {
        long bytes = Files.size(file);
        boolean possible = bytes >= 1 << 20 && bytes <= 1 << 30 && Long.bitCount(bytes) == 1;
        return possible ? Optional.of(new WalSegmentSize((int) bytes)) : Optional.empty();
    }

    /** Removes what lies behind a position from which the server sends its log again, so that nothing old passes for something whole. */
    void removeAfter(StreamStart start, WalSegmentSize size) throws IOException {
        WalFileName first = WalFileName.containing(start.timeline(), start.position(), size);
        for (Path file : segments()) {
            WalFileName name = name(file);
            if (name.timeline().equals(start.timeline()) && name.toString().compareTo(first.toString()) > 0) {
                Files.delete(file);
            }
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> WalFileName.tryParse(plain(file))
                            .filter(name -> name.kind() == WalFileName.Kind.SEGMENT)
                            .isPresent())
                    .sorted()
                    .toList();
        }
    }

    private static WalFileName name(Path file) {
        return WalFileName.parse(plain(file));
    }

    private static boolean isFinal(Path file) {
        return !String.valueOf(file.getFileName()).endsWith(SegmentFile.SUFFIX);
    }

    private static String plain(Path file) {
        String name = String.valueOf(file.getFileName());
        return isFinal(file) ? name : name.substring(0, name.length() - SegmentFile.SUFFIX.length());
    }
}
