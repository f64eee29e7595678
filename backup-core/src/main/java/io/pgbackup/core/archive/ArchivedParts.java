package io.pgbackup.core.archive;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFileName;
import io.pgbackup.storage.ObjectInfo;
import io.pgbackup.storage.ObjectKey;
import io.pgbackup.storage.ObjectPrefix;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Parts of segments that were received before the segments were whole. They are no files of PostgreSQL's and never pass for one in a listing of the archive;
 * the latest part of a segment is worth something as long as the segment is not there. Safe for use by many threads.
 */
public final class ArchivedParts {
    private final WalArchive archive;

    /**
     * The parts beside the files of an archive.
     *
     * @param archive where
     */
    public ArchivedParts(WalArchive archive) {
        this.archive = archive;
    }

    /**
     * Stores a part, or makes sure that it is there with this very content.
     *
     * @param segment which
     * @param end behind the last byte of the part
     * @param file its content
     * @param sealed called when the content is no longer needed
     * @return false if it was there
     */
    public boolean store(WalFileName segment, Lsn end, Path file, Runnable sealed) {
        ObjectKey key = archive.layout().part(segment, end);
        return archive.store(key, file, sealed);
    }

    /**
     * The segments of which there are parts.
     *
     * @param timeline of the segments
     * @return in order
     */
    public List<WalFileName> segments(Timeline timeline) {
        return archive.repository().list(archive.layout().timeline(timeline)).prefixes().stream()
                .flatMap(log -> archive.repository().list(log).prefixes().stream())
                .map(ObjectPrefix::name)
                .filter(name -> name.endsWith(ArchiveLayout.PART))
                .flatMap(name ->
                        WalFileName.tryParse(name.substring(0, name.length() - ArchiveLayout.PART.length())).stream())
                .filter(name -> name.kind() == WalFileName.Kind.SEGMENT)
                .sorted(Comparator.comparing(WalFileName::toString))
                .toList();
    }

    /**
     * The end of the latest part.
     *
     * @param segment which
     * @return empty if there is none
     */
    public Optional<Lsn> latest(WalFileName segment) {
        return keys(segment).stream()
                .map(key -> new Lsn(HexFormat.fromHexDigitsToLong(key.name())))
                .max(Comparator.naturalOrder());
    }

    /**
     * Copies a part to a stream.
     *
     * @param segment which
     * @param end of the part
     * @param target not closed; its failures come back as they are
     * @return false if (and only if) there is no such part
     * @throws IOException if the target fails
     */
    public boolean copyTo(WalFileName segment, Lsn end, OutputStream target) throws IOException {
        return archive.copyTo(archive.layout().part(segment, end), target);
    }

    /**
     * Opens a part.
     *
     * @param segment which
     * @param end of the part
     * @return its content; empty if (and only if) there is no such part
     */
    public Optional<InputStream> open(WalFileName segment, Lsn end) {
        return archive.open(archive.layout().part(segment, end));
    }

    /**
     * Removes parts that are worth nothing any more.
     *
     * @param segment which
     * @param before where those that are kept end; all go if there is none
     */
    public void removeBefore(WalFileName segment, Optional<Lsn> before) {
        String kept =
                before.map(end -> archive.layout().part(segment, end).name()).orElse("G");
        List<ObjectKey> worthless = keys(segment).stream()
                .filter(key -> key.name().compareTo(kept) < 0)
                .toList();
        if (!worthless.isEmpty()) {
            archive.repository().delete(worthless);
        }
    }

    private List<ObjectKey> keys(WalFileName segment) {
        return archive.repository().list(archive.layout().parts(segment)).objects().stream()
                .map(ObjectInfo::key)
                .filter(key -> key.name().matches("[0-9A-F]{16}"))
                .toList();
    }
}
