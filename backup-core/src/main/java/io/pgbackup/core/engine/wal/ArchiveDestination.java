package io.pgbackup.core.engine.wal;

import io.pgbackup.Lsn;
import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.archive.ArchivedFiles;
import io.pgbackup.core.archive.ArchivedParts;
import io.pgbackup.core.archive.WalFiles;
import io.pgbackup.core.postgres.stream.StreamFacts;
import io.pgbackup.core.postgres.stream.WalDestination;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.core.repository.IdentityRecords;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import io.pgbackup.error.RepositoryException;
import io.pgbackup.error.RestoreException;
import io.pgbackup.wal.WalPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Received WAL goes the same way as archived WAL: it is pushed. Parts of the current segment lie beside the archive; each makes the one before worthless, and
 * the whole segment all of them. Called by one thread at a time.
 */
final class ArchiveDestination implements WalDestination {
    private final Ways ways;
    private final Path directory;

    /**
     * Into the repositories and out of them.
     *
     * @param verbs push
     * @param lanes of the repositories
     * @param policy how many must have it
     */
    record Ways(WalVerbs verbs, WalLanes lanes, WalPolicy policy) {}

    ArchiveDestination(Ways ways, Path directory) {
        this.ways = ways;
        this.directory = directory;
    }

    @Override
    public void server(StreamFacts facts) {
        int asked = 0;
        Optional<PgBackupException> failure = Optional.empty();
        for (WalLane lane : ways.lanes().all()) {
            try {
                lane.with(archives -> requireSame(archives, facts));
                asked++;
            } catch (PgBackupException e) {
                if (!e.retryable()) {
                    throw e;
                }
                failure = Optional.of(e);
            }
        }
        if (asked == 0 && failure.isPresent()) {
            throw failure.get();
        }
    }

    private static boolean requireSame(Archives archives, StreamFacts facts) {
        ServerIdentity known = archives.identity(archives.current());
        if (known.systemIdentifier() != facts.systemIdentifier()
                || known.majorVersion() != facts.majorVersion()
                || known.segmentSize() != facts.segmentSize().bytes()) {
            throw new RepositoryException(
                    ErrorCode.WRONG_CLUSTER,
                    "the server is system " + Long.toUnsignedString(facts.systemIdentifier()) + " of PostgreSQL "
                            + facts.majorVersion() + "; the cluster in repository "
                            + archives.repository().name() + " is " + IdentityRecords.describe(known),
                    "give every cluster a name of its own; after pg_upgrade call upgradeCluster");
        }
        return true;
    }

    @Override
    public void segment(WalFileName name, Path file) {
        ways.verbs().push(file);
        tidy(name, Optional.empty());
    }

    @Override
    public void partial(WalFileName name, Path file, Lsn end) {
        Path part = directory.resolve(name + ".part");
        try {
            copyBegin(
                    file,
                    part,
                    end.value()
                            - name.start(new WalSegmentSize(Math.toIntExact(Files.size(file))))
                                    .value());
            ways.verbs().pushPart(new PushTask.Cargo(name, part, WalFiles.inspect(name, file), Optional.of(end)));
            Files.delete(part);
        } catch (IOException e) {
            throw unwritable(part, e);
        }
        tidy(name, Optional.of(end));
    }

    private static void copyBegin(Path file, Path part, long length) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = Files.newOutputStream(part)) {
            byte[] buffer = new byte[1 << 16];
            for (long left = length; left > 0; ) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new IOException(file + " ends early");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    /** What is worthless may stay if the store wants it so, or cannot be asked now. */
    private void tidy(WalFileName name, Optional<Lsn> before) {
        for (WalLane lane : ways.lanes().all()) {
            try {
                lane.with(archives -> {
                    new ArchivedParts(archives.of(archives.current())).removeBefore(name, before);
                    return true;
                });
            } catch (PgBackupException e) {
                continue;
            }
        }
    }

    @Override
    public void history(Timeline timeline, byte[] content) {
        Path file = directory.resolve(WalFileName.history(timeline).toString());
        try {
            Files.write(file, content);
            ways.verbs().push(file);
            Files.delete(file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static RestoreException unwritable(Path file, IOException cause) {
        return new RestoreException(
                ErrorCode.TARGET_UNWRITABLE,
                file + " cannot be written: " + cause,
                "look at the space and the owner of the receiver's directory",
                cause);
    }

    /** The newest segment that so many repositories have as the policy demands. */
    @Override
    public Optional<WalFileName> newest(Timeline timeline) {
        List<Optional<WalFileName>> newest = new ArrayList<>();
        Optional<PgBackupException> failure = Optional.empty();
        for (WalLane lane : ways.lanes().all()) {
            try {
                newest.add(lane.with(archives -> newest(archives, timeline)));
            } catch (PgBackupException e) {
                failure = Optional.of(e);
            }
        }
        int required = ways.policy().required(ways.lanes().all().size());
        if (newest.size() < required && failure.isPresent()) {
            throw failure.get();
        }
        return newest.stream()
                .sorted(Comparator.comparing((Optional<WalFileName> name) ->
                                name.map(WalFileName::toString).orElse(""))
                        .reversed())
                .toList()
                .get(required - 1);
    }

    private static Optional<WalFileName> newest(Archives archives, Timeline timeline) {
        WalSegmentSize size =
                new WalSegmentSize(archives.identity(archives.current()).segmentSize());
        List<ArchivedFiles.Run> runs =
                archives.of(archives.current()).files(timeline).runs(size);
        return runs.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        WalFileName.segment(timeline, runs.get(runs.size() - 1).last(), size));
    }
}
