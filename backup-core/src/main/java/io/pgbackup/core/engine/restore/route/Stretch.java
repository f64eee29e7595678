package io.pgbackup.core.engine.restore.route;

import io.pgbackup.Lsn;
import io.pgbackup.core.archive.ArchivedParts;
import io.pgbackup.core.archive.LogSource;
import io.pgbackup.core.archive.SegmentChain;
import io.pgbackup.core.postgres.wal.WalFileName;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Segments that follow each other, and perhaps the begin of one more. Immutable.
 *
 * @param source where they are
 * @param segments in order
 * @param part of the last of them, if that is not there as a whole
 */
record Stretch(LogSource source, List<WalFileName> segments, Optional<WalRoute.Part> part) {
    /** In every version that anybody ships. */
    static final int WAL_PAGE = 8192;

    static Stretch of(LogSource source, SegmentChain chain, Optional<WalRoute.Part> part) {
        List<WalFileName> segments = new ArrayList<>(chain.segments());
        part.ifPresent(begin -> segments.add(begin.segment()));
        return new Stretch(source, List.copyOf(segments), part);
    }

    /** Index of the last segment; -1 if there is none. */
    int last() {
        return segments.size() - 1;
    }

    /** Up to a segment. */
    Stretch until(int index) {
        return new Stretch(source, segments.subList(0, index + 1), part.filter(begin -> index == last()));
    }

    /** Parts go when the whole has come, or a greater one. */
    InputStream open(int index) {
        WalFileName name = segments.get(index);
        return part.filter(begin -> begin.segment().equals(name))
                .flatMap(this::openPart)
                .or(() -> source.open(name))
                .or(() -> part.filter(begin -> begin.segment().equals(name)).flatMap(this::openPart))
                .orElseThrow(() -> source.missing(name));
    }

    private Optional<InputStream> openPart(WalRoute.Part begin) {
        ArchivedParts parts = new ArchivedParts(source.archive());
        return parts.latest(begin.segment())
                .flatMap(end -> parts.open(begin.segment(), end)
                        .map(content -> new SequenceInputStream(content, restOfPage(begin, end))));
    }

    /** The log is read by pages. Behind what was received there is nothing, as at the end of every log. */
    private static InputStream restOfPage(WalRoute.Part begin, Lsn end) {
        long length = end.value() - begin.segment().start(begin.size()).value();
        return new ByteArrayInputStream(new byte[(int) ((WAL_PAGE - length % WAL_PAGE) % WAL_PAGE)]);
    }
}
