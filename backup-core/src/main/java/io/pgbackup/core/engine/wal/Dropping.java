package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.WalFiles;
import io.pgbackup.core.engine.wal.DroppedNotes.Note;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.wal.WalPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Whether WAL is given up, which the policy must have said by name. Safe for use by many threads. */
final class Dropping {
    /** A repository that cannot be reached. Whatever else is wrong with a file is not made good by giving it up. */
    private static final Set<ErrorCode> UNREACHABLE = Set.of(
            ErrorCode.STORAGE_DENIED,
            ErrorCode.STORAGE_UNAVAILABLE,
            ErrorCode.STORAGE_FAULT,
            ErrorCode.SECRET_UNAVAILABLE,
            ErrorCode.NO_SPACE);

    private static final String READY = ".ready";

    private final WalPolicy.Dropping limit;
    private final DroppedNotes notes;

    Dropping(WalPolicy.Dropping limit, String cluster) {
        this.limit = limit;
        this.notes = new DroppedNotes(limit.notes(), cluster);
    }

    DroppedNotes notes() {
        return notes;
    }

    WalPolicy.Dropping limit() {
        return limit;
    }

    static boolean isUnreachable(RuntimeException failure) {
        return failure instanceof PgBackupException known && UNREACHABLE.contains(known.code());
    }

    /** Whether the server waits for this very file, and has too much of what waits. */
    boolean isDue(Path file) {
        Path wal = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Path status = wal.resolve("archive_status");
        if (!Files.exists(status.resolve(file.getFileName() + READY))) {
            return false;
        }
        try (Stream<Path> waiting = Files.list(status)) {
            return waiting.map(entry -> String.valueOf(entry.getFileName()))
                            .filter(name -> name.endsWith(READY))
                            .map(name -> name.substring(0, name.length() - READY.length()))
                            .filter(name -> WalFileName.tryParse(name)
                                    .filter(parsed -> parsed.kind() == WalFileName.Kind.SEGMENT)
                                    .isPresent())
                            .mapToLong(name -> size(wal.resolve(name)))
                            .sum()
                    > limit.bytes();
        } catch (IOException e) {
            return false;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            // Of what nobody knows the size of nothing is given up.
            return 0;
        }
    }

    /** Durable on return; whoever cannot note it fails, and gives nothing up. */
    void note(WalFileName name, Path file, Instant now) {
        byte[] begin = new byte[0];
        if (name.kind() == WalFileName.Kind.SEGMENT || name.kind() == WalFileName.Kind.PARTIAL) {
            try (InputStream in = Files.newInputStream(file)) {
                begin = in.readNBytes(SegmentHeader.LENGTH);
            } catch (IOException e) {
                throw WalFiles.unreadable(file, e);
            }
        }
        notes.add(new Note(now, file.toAbsolutePath(), begin));
    }

    /** Of what was given up and is known nowhere else. */
    List<Note> pending() {
        return notes.all();
    }
}
