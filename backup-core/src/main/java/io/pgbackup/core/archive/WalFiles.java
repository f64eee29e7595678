package io.pgbackup.core.archive;

import io.pgbackup.catalog.ServerIdentity;
import io.pgbackup.core.postgres.wal.SegmentHeader;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.core.postgres.wal.WalSegmentSize;
import io.pgbackup.error.ClusterException;
import io.pgbackup.error.ErrorCode;
import io.pgbackup.error.PgBackupException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** WAL files on a local disk: what they say of themselves, and whether that fits their name. Stateless. */
public final class WalFiles {
    private static final long LONGEST_TEXT = 1 << 20;

    private WalFiles() {}

    /**
     * The header of a segment or of a part of one.
     *
     * @param name of the file
     * @param file its content
     * @return empty for files that have none: histories
     * @throws PgBackupException with {@link ErrorCode#WAL_INVALID} if the file is not what its name says
     */
    public static Optional<SegmentHeader> inspect(WalFileName name, Path file) {
        try {
            return switch (name.kind()) {
                case SEGMENT, PARTIAL -> Optional.of(segment(name, file));
                case TIMELINE_HISTORY, BACKUP_HISTORY -> text(name, file);
            };
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static SegmentHeader segment(WalFileName name, Path file) throws IOException {
        byte[] begin;
        try (InputStream in = Files.newInputStream(file)) {
            begin = in.readNBytes(SegmentHeader.LENGTH);
        }
        SegmentHeader header = (begin.length < SegmentHeader.LENGTH
                        ? Optional.<SegmentHeader>empty()
                        : SegmentHeader.parse(begin))
                .orElseThrow(
                        () -> invalid(name, "it does not begin with the header of a segment of PostgreSQL 13 to 18"));
        WalSegmentSize size = header.segmentSize();
        if (Files.size(file) != size.bytes()) {
            throw invalid(name, "it has " + Files.size(file) + " bytes, segments of its cluster have " + size.bytes());
        }
        if (!header.pageAddress().equals(name.start(size))) {
            throw invalid(
                    name,
                    "it begins at " + header.pageAddress() + " instead of " + name.start(size)
                            + ": a recycled file, or one of a log that was reset");
        }
        // A timeline that began within a segment repeats what the older one had written of it.
        if (header.timeline().compareTo(name.timeline()) > 0) {
            throw invalid(name, "it is of timeline " + header.timeline());
        }
        return header;
    }

    private static Optional<SegmentHeader> text(WalFileName name, Path file) throws IOException {
        long size = Files.size(file);
        if (size == 0 || size > LONGEST_TEXT) {
            throw invalid(name, "it has " + size + " bytes");
        }
        return Optional.empty();
    }

    /**
     * Finds the identity of a cluster that a segment belongs to.
     *
     * @param header of the segment
     * @param identities all that the cluster had, oldest first
     * @return number of the newest that it fits, from 1; empty if it is of none
     */
    public static OptionalInt identity(SegmentHeader header, java.util.List<ServerIdentity> identities) {
        for (int number = identities.size(); number > 0; number--) {
            ServerIdentity identity = identities.get(number - 1);
            if (identity.systemIdentifier() == header.systemIdentifier()
                    && identity.majorVersion() == header.majorVersion()
                    && identity.segmentSize() == header.segmentSize().bytes()) {
                return OptionalInt.of(number);
            }
        }
        return OptionalInt.empty();
    }

    private static ClusterException invalid(WalFileName name, String what) {
        return new ClusterException(
                ErrorCode.WAL_INVALID,
                name + " is not what its name says: " + what,
                "give the file that the server's archive_command names with %p, as it is");
    }

    /**
     * A file that cannot be read.
     *
     * @param file which
     * @param cause why
     * @return to be thrown
     */
    public static ClusterException unreadable(Path file, IOException cause) {
        boolean missing = cause instanceof NoSuchFileException;
        return new ClusterException(
                ErrorCode.SOURCE_UNREADABLE,
                "WAL file " + file + " cannot be read: " + (missing ? "there is no such file" : cause.getMessage()),
                "it must be a file of pg_wal that this process may read",
                cause);
    }
}
