package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.Lsn;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What stands before a record's data (PostgreSQL {@code xlogrecord.h}). A record whose checksum is not yet known is read here: nothing is believed that does
 * not fit its length.
 *
 * @param head the fields that every record has
 * @param blocks the pages that it changes
 */
record RecordHeaders(WalRecord.Head head, List<BlockReference> blocks) {
    static final int HEAD = 24;

    /** Nothing was read yet. */
    static final RecordHeaders NONE = new RecordHeaders(new WalRecord.Head(0, 0, new Lsn(0), -1, 0, 0, 0), List.of());

    static RecordHeaders read(WalFormat format, Lsn start, ByteBuffer fields, long length) {
        return new RecordHeadersReader(format, start, fields, length).read();
    }

    long mainDataLength() {
        return head.mainDataLength();
    }

    boolean keepsMainData() {
        return ResourceManager.speaks(head.resourceManager());
    }
}
