package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.Timeline;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Whether each page is the one that must follow (rule: {@code XLogReaderValidatePageHeader} in {@code xlogreader.c}). Not safe for use by many threads. */
final class PageChain {
    private final WalLayout layout;
    private @Nullable PageHeader last;

    PageChain(WalLayout layout) {
        this.layout = layout;
    }

    /** Reads the header of the page at a position. */
    PageHeader next(ByteBuffer page, Lsn position) {
        PageHeader header = PageHeader.read(page, position);
        boolean first = position.value() % layout.segmentSize().bytes() == 0;
        if (header.isLong() != first) {
            throw new MalformedWalException(
                    WalProblem.BROKEN, position, "the page has the header of another kind of page");
        }
        if (first && !PageHeader.layout(page, position).equals(layout)) {
            throw new MalformedWalException(
                    WalProblem.FOREIGN,
                    position,
                    "the segment is of another log: " + PageHeader.layout(page, position));
        }
        if (header.continues() != header.remaining() > 0 || header.continues() && header.overwrites()) {
            throw new MalformedWalException(WalProblem.BROKEN, position, "the page goes on with a record and does not");
        }
        PageHeader before = last;
        if (before != null && before.format() != header.format()) {
            throw new MalformedWalException(WalProblem.FOREIGN, position, "another version wrote on here");
        }
        if (before != null && header.timeline().compareTo(before.timeline()) < 0) {
            throw new MalformedWalException(
                    WalProblem.END, position, "the page is of the earlier timeline " + header.timeline());
        }
        last = header;
        return header;
    }

    /** The timeline of the last page. */
    Timeline timeline() {
        return require().timeline();
    }

    WalFormat format() {
        return require().format();
    }

    private PageHeader require() {
        PageHeader header = last;
        if (header == null) {
            throw new IllegalStateException("no page was read");
        }
        return header;
    }
}
