package io.pgbackup.core.engine.wal;

import io.pgbackup.core.archive.ArchivedFiles;
import io.pgbackup.core.archive.ThinnedWal;
import io.pgbackup.core.archive.WalArchive;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.set.BackupRecord;
import io.pgbackup.core.repository.set.Catalog;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.error.RestoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Copies WAL that a repository lacks from another one: all of its current identity from the oldest backup or WAL file on that it has. What it holds is
 * learnt from listings, so nothing needs to be remembered over the end of a process. For one call.
 */
final class CatchUp {
    private final WalLane target;
    private final List<WalLane> sources;
    private final Runnable heartbeat;
    private Optional<RepositoryException> failure = Optional.empty();

    CatchUp(WalLane target, List<WalLane> sources, Runnable heartbeat) {
        this.target = target;
        this.sources = sources;
        this.heartbeat = heartbeat;
    }

    /** Names of what was copied. A source that fails does not keep the others from giving what they have; then its failure is told. */
    List<String> run() {
        List<String> copied = target.with(archives -> {
            WalArchive into = archives.of(archives.current());
            Predicate<WalFileName> wanted = wanted(archives, into);
            List<String> names = new ArrayList<>();
            sources.stream().filter(source -> source != target).forEach(source -> copyAll(source, into, wanted, names));
            return names;
        });
        if (failure.isPresent()) {
            throw failure.get();
        }
        return copied;
    }

    /** Empty if the source failed. */
    private <T> Optional<T> ask(WalLane source, Function<WalArchive, T> question) {
        try {
            return Optional.of(source.with(archives -> question.apply(archives.of(archives.current()))));
        } catch (RepositoryException e) {
            failure = Optional.of(e);
            return Optional.empty();
        }
    }

    /** What retention has removed here must not come back from where it is kept for longer. */
    private static Predicate<WalFileName> wanted(Archives archives, WalArchive into) {
        Optional<String> floor = floor(archives, into);
        WalSegmentSize size =
                new WalSegmentSize(archives.identity(archives.current()).segmentSize());
        Predicate<WalFileName> thinned = new ThinnedWal(into, size).hidden();
        return name -> !positioned(name)
                || floor.isPresent() && position(name).compareTo(floor.get()) >= 0 && !thinned.test(name);
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

    private void copyAll(WalLane source, WalArchive into, Predicate<WalFileName> wanted, List<String> copied) {
        for (ArchivedFiles there : ask(source, CatchUp::files).orElse(List.of())) {
            Set<WalFileName> here = new HashSet<>(into.files(there.timeline()).names());
            for (WalFileName name : there.names()) {
                if (wanted.test(name) && !here.contains(name)) {
                    heartbeat.run();
                    if (!copied(name, source, into)) {
                        return;
                    }
                    copied.add(name.toString());
                }
            }
        }
    }

    private static List<ArchivedFiles> files(WalArchive archive) {
        return archive.timelines().stream().map(archive::files).toList();
    }

    /** What is stored was proved while it was read. False if the source failed, or has removed the file. */
    private boolean copied(WalFileName name, WalLane source, WalArchive into) {
        try {
            Path file = Files.createTempFile("pgbackup-wal-", ".copy");
            try {
                boolean found = ask(source, from -> brought(from, name, file)).orElse(false);
                if (found) {
                    into.store(name, file, () -> {});
                }
                return found;
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new RestoreException(
                    ErrorCode.TARGET_UNWRITABLE,
                    name + " cannot be put into a temporary file: " + e.getMessage(),
                    "look for space in the directory for temporary files",
                    e);
        }
    }

    private static boolean brought(WalArchive from, WalFileName name, Path file) {
        try (OutputStream out = Files.newOutputStream(file)) {
            return from.copyTo(name, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
