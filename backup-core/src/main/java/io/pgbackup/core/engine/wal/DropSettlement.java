package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.DroppedWal;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.archive.WalFiles;
import io.pgbackup.core.engine.wal.DroppedNotes.Note;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to the repositories what they must know of WAL that was given up while they were away: the files that the server still has, and of the others that they were
 * given up. A note goes when every repository knows. For one call.
 */
final class DropSettlement {
    private static final Logger LOG = LoggerFactory.getLogger(DropSettlement.class);

    private final Dropping dropping;
    private final List<WalLane> lanes;
    private final Consumer<Path> push;

    DropSettlement(Dropping dropping, List<WalLane> lanes, Consumer<Path> push) {
        this.dropping = dropping;
        this.lanes = lanes;
        this.push = push;
    }

    /** Nothing is done while every repository failed a moment ago; what fails is done the next time. */
    void run() {
        List<Note> notes = new ArrayList<>(dropping.pending());
        if (notes.isEmpty() || lanes.stream().allMatch(WalLane::resting)) {
            return;
        }
        try {
            List<Note> saved = notes.stream().filter(this::isSaved).toList();
            notes.removeAll(saved);
            if (!saved.isEmpty()) {
                dropping.notes().remove(saved);
            }
            boolean everywhere = true;
            for (WalLane lane : lanes) {
                everywhere &= isRecorded(lane, notes);
            }
            if (everywhere && !notes.isEmpty()) {
                dropping.notes().remove(notes);
            }
        } catch (PgBackupException e) {
            LOG.warn("what was given up cannot be recorded yet: {}", e.getMessage());
        }
    }

    /** Whether the server still had the file, so that it is archived after all. */
    private boolean isSaved(Note note) {
        Optional<Path> copy = copy(note);
        if (copy.isEmpty()) {
            return false;
        }
        Path file = copy.get();
        try {
            push.accept(file);
            LOG.info("{} had been given up, and is archived after all", note.name());
            return true;
        } catch (PgBackupException e) {
            if (Dropping.isUnreachable(e)) {
                throw e;
            }
            LOG.warn("{} had been given up, and cannot be archived: {}", note.name(), e.getMessage());
            return false;
        } finally {
            delete(file);
            delete(Objects.requireNonNull(file.getParent()));
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.info("{} remains: {}", file, e.getMessage());
        }
    }

    /**
     * The server renames a file before it uses it again: a file that is there under its name after it was read is still what it was when it was read. Of text
     * files, those that were given up are never changed.
     */
    private static Optional<Path> copy(Note note) {
        Path file = note.file();
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            Path copy = Files.createTempDirectory("pgbackup-wal-").resolve(note.name());
            if (isCopied(note, copy)) {
                return Optional.of(copy);
            }
            delete(copy);
            delete(Objects.requireNonNull(copy.getParent()));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isCopied(Note note, Path copy) {
        try {
            Object before = key(note.file());
            Files.copy(note.file(), copy);
            return before.equals(key(note.file())) && isSame(note, copy);
        } catch (IOException e) {
            return false;
        }
    }

    private static Object key(Path file) throws IOException {
        return Optional.ofNullable(
                        Files.readAttributes(file, BasicFileAttributes.class).fileKey())
                .orElseThrow(() -> new IOException(file + " has no identity"));
    }

    private static boolean isSame(Note note, Path copy) {
        WalFileName name = WalFileName.parse(note.name());
        try {
            return WalFiles.inspect(name, copy).equals(header(note));
        } catch (PgBackupException e) {
            return false;
        }
    }

    private static Optional<SegmentHeader> header(Note note) {
        return note.begin().length < SegmentHeader.LENGTH ? Optional.empty() : SegmentHeader.parse(note.begin());
    }

    private boolean isRecorded(WalLane lane, List<Note> notes) {
        try {
            return lane.with(archives -> {
                record(archives, notes);
                return true;
            });
        } catch (PgBackupException e) {
            LOG.info(
                    "repository {} does not know yet what was given up: {}",
                    lane.where().name(),
                    e.getMessage());
            return false;
        }
    }

    /** Segments that follow each other become one record. Files that are no segments leave no gap. */
    private static void record(Archives archives, List<Note> notes) {
        List<Note> segments = notes.stream()
                .filter(note -> WalFileName.parse(note.name()).kind() == WalFileName.Kind.SEGMENT)
                .filter(note -> header(note).isPresent())
                .sorted(Comparator.comparing(Note::name).thenComparing(Note::time))
                .toList();
        Optional<DroppedWal.Range> range = Optional.empty();
        Optional<SegmentHeader> of = Optional.empty();
        for (Note note : segments) {
            SegmentHeader header = header(note).orElseThrow();
            WalFileName name = WalFileName.parse(note.name());
            WalSegmentSize size = header.segmentSize();
            if (range.isPresent() && range.get().last().equals(name)) {
                // Noted twice: the process died before it could tell the server.
                continue;
            }
            if (range.isPresent() && range.get().last().next(size).equals(name)) {
                DroppedWal.Range before = range.get();
                range = Optional.of(new DroppedWal.Range(
                        before.first(), name, before.since().isBefore(note.time()) ? before.since() : note.time()));
            } else {
                record(archives, of, range);
                range = Optional.of(new DroppedWal.Range(name, name, note.time()));
            }
            of = Optional.of(header);
        }
        record(archives, of, range);
    }

    private static void record(Archives archives, Optional<SegmentHeader> of, Optional<DroppedWal.Range> range) {
        if (range.isPresent()) {
            WalArchive archive = archives.fitting(of);
            new DroppedWal(archive).record(range.get());
        }
    }
}
