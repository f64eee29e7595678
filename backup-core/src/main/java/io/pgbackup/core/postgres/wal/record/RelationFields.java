package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.core.postgres.files.Fork;
import java.nio.ByteBuffer;

/** How a relation is written in a record's main data: three unsigned numbers. */
final class RelationFields {
    private RelationFields() {}

    static RelationFork read(ByteBuffer fields, Fork fork) {
        return new RelationFork(number(fields), number(fields), number(fields), fork);
    }

    static long number(ByteBuffer fields) {
        return Integer.toUnsignedLong(fields.getInt());
    }
}
