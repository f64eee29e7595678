package io.pgbackup.core.engine.wal;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchivedParts;
import io.pgbackup.core.engine.Operation;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.RepositoryException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Brings the latest part of a segment that no repository has as a whole. A repository that cannot be asked may have more: that is an error. For one call. */
final class PartFetch {
    private static final int ATTEMPTS = 5;

    private final Operation operation;
    private final List<WalLane> lanes;
    private final OptionalInt identity;

    PartFetch(Operation operation, List<WalLane> lanes, OptionalInt identity) {
        this.operation = operation;
        this.lanes = lanes;
        this.identity = identity;
    }

    private record Latest(WalLane lane, Lsn end) {}

    /** False if (and only if) no repository has a part. */
    boolean run(WalFileName name, Path target) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            operation.heartbeat();
            Optional<Latest> latest = latest(name);
            if (latest.isEmpty()) {
                return false;
            }
            if (copied(latest.get(), name, target)) {
                return true;
            }
        }
        throw new RepositoryException(
                ErrorCode.OBJECT_MISSING, "parts of " + name + " go as fast as they are listed", "ask again");
    }

    private Optional<Latest> latest(WalFileName name) {
        Optional<Latest> latest = Optional.empty();
        for (WalLane lane : lanes) {
            Optional<Lsn> end = lane.with(archives -> parts(archives).latest(name));
            if (end.isPresent() && (latest.isEmpty() || latest.get().end().compareTo(end.get()) < 0)) {
                latest = Optional.of(new Latest(lane, end.get()));
            }
        }
        return latest;
    }

    private ArchivedParts parts(Archives archives) {
        return new ArchivedParts(archives.of(number(archives)));
    }

    private int number(Archives archives) {
        return identity.orElseGet(archives::current);
    }

    private boolean copied(Latest latest, WalFileName name, Path target) throws IOException {
        IOException[] broken = new IOException[1];
        boolean found = latest.lane().with(archives -> {
            try {
                return copied(archives, name, latest.end(), target);
            } catch (IOException e) {
                broken[0] = e;
                return false;
            }
        });
        if (broken[0] != null) {
            throw broken[0];
        }
        return found;
    }

    private boolean copied(Archives archives, WalFileName name, Lsn end, Path target) throws IOException {
        try (OutputStream out = Files.newOutputStream(target)) {
            if (!parts(archives).copyTo(name, end, out)) {
                return false;
            }
        }
        try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw")) {
            file.setLength(archives.identity(number(archives)).segmentSize());
        }
        return true;
    }
}
