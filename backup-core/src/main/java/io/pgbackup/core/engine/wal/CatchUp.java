package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.ArchivedFiles;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RestoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Copies WAL that a repository lacks from another one: all of its current identity from the oldest backup or WAL file on that it has. What it holds is
 * learnt from listings, so nothing needs to be remembered over the end of a process. For one call.
 */
final class CatchUp {
    private final WalLane target;
    private final List<WalLane> sources;
    private final Runnable heartbeat;

    CatchUp(WalLane target, List<WalLane> sources, Runnable heartbeat) {
        this.target = target;
        this.sources = sources;
        this.heartbeat = heartbeat;
    }

    /** Names of what was copied. */
    List<String> run() {
        return target.with(archives -> {
            WalArchive into = archives.of(archives.current());
            List<String> copied = new ArrayList<>();
            Optional<String> floor = floor(archives, into);
            for (WalLane source : sources) {
                if (source != target) {
                    copied.addAll(source.with(from -> copyAll(from.of(from.current()), into, floor)));
                }
            }
            return copied;
        });
    }

    /** Position digits of the oldest file that the target cares for. */
    private static Optional<String> floor(Archives archives, WalArchive into) {
        List<String> oldest = new ArrayList<>();
        for (Timeline timeline : into.timelines()) {
            into.files(timeline).names().stream()
                    .filter(CatchUp::positioned)
                    .findFirst()
                    .map(CatchUp::position)
                    .ifPresent(oldest::add);
        }
        new Catalog(archives.repository(), archives.layout())
                .backups().stream()
                        .map(BackupRecord::wal)
                        .map(wal -> position(WalFileName.parse(wal.startSegment())))
                        .forEach(oldest::add);
        return oldest.stream().min(String::compareTo);
    }

    private static boolean positioned(WalFileName name) {
        return name.kind() != WalFileName.Kind.TIMELINE_HISTORY;
    }

    private static String position(WalFileName name) {
        return name.toString().substring(8, 24);
    }

    private List<String> copyAll(WalArchive from, WalArchive into, Optional<String> floor) {
        List<String> copied = new ArrayList<>();
        for (Timeline timeline : from.timelines()) {
            ArchivedFiles there = from.files(timeline);
            Set<WalFileName> here = new HashSet<>(into.files(timeline).names());
            for (WalFileName name : there.names()) {
                boolean wanted =
                        !positioned(name) || floor.isPresent() && position(name).compareTo(floor.get()) >= 0;
                if (wanted && !here.contains(name)) {
                    heartbeat.run();
                    copy(name, from, into);
                    copied.add(name.toString());
                }
            }
        }
        return copied;
    }

    private static void copy(WalFileName name, WalArchive from, WalArchive into) {
        try {
            Path file = Files.createTempFile("pgbackup-wal-", ".copy");
            try {
                boolean found;
                try (OutputStream out = Files.newOutputStream(file)) {
                    found = from.copyTo(name, out);
                }
                if (found) {
                    into.store(name, file, () -> {});
                }
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new RestoreException(
                    ErrorCode.TARGET_UNWRITABLE,
                    name + " cannot be put into a temporary file: " + e.getMessage(),
                    "look for space in the directory for temporary files",
                    e);
        }
    }
}
