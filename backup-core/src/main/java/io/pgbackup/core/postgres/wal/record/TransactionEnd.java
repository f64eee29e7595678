package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A transaction ended (PostgreSQL {@code ParseCommitRecord} and {@code ParseAbortRecord}).
 *
 * @param committed false if it was rolled back
 * @param transaction its number, that of the prepared transaction where it was one; 0 if it had none
 * @param time by the server's clock
 * @param dropped main forks of the relations whose files are removed with it
 */
public record TransactionEnd(boolean committed, long transaction, Instant time, List<RelationFork> dropped) {
    private static final int OPERATIONS = 0x70;
    private static final int COMMIT = 0x00;
    private static final int ABORT = 0x20;
    private static final int COMMIT_PREPARED = 0x30;
    private static final int ABORT_PREPARED = 0x40;
    private static final int HAS_INFO = 0x80;

    private static final int DATABASE = 1;
    private static final int SUBTRANSACTIONS = 1 << 1;
    private static final int RELATIONS = 1 << 2;
    private static final int INVALIDATIONS = 1 << 3;
    private static final int PREPARED = 1 << 4;
    private static final int STATISTICS = 1 << 8;
    private static final int INVALIDATION_BYTES = 16;

    /**
     * What a record says.
     *
     * @param record any
     * @return empty if it ends no transaction
     * @throws MalformedWalException if it does, but says less than it must
     */
    public static Optional<TransactionEnd> of(WalRecord record) {
        int operation = record.head().info() & OPERATIONS;
        boolean commits = operation == COMMIT || operation == COMMIT_PREPARED;
        boolean aborts = operation == ABORT || operation == ABORT_PREPARED;
        if (record.head().resourceManager() != ResourceManager.TRANSACTION || !commits && !aborts) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(record, commits));
        } catch (BufferUnderflowException e) {
            throw record.tooShort();
        }
    }

    private static TransactionEnd read(WalRecord record, boolean commits) {
        ByteBuffer fields = record.fields();
        Instant time = ServerTime.instant(fields.getLong());
        int parts = (record.head().info() & HAS_INFO) == 0 ? 0 : fields.getInt();
        if ((parts & DATABASE) != 0) {
            skip(fields, 1, 2 * Integer.BYTES);
        }
        if ((parts & SUBTRANSACTIONS) != 0) {
            skip(fields, fields.getInt(), Integer.BYTES);
        }
        List<RelationFork> dropped = (parts & RELATIONS) == 0 ? List.of() : relations(fields);
        if ((parts & STATISTICS) != 0) {
            skip(fields, fields.getInt(), record.format().compareTo(WalFormat.V18) < 0 ? 12 : 16);
        }
        if ((parts & INVALIDATIONS) != 0) {
            skip(fields, fields.getInt(), INVALIDATION_BYTES);
        }
        long transaction =
                (parts & PREPARED) == 0 ? record.head().transaction() : Integer.toUnsignedLong(fields.getInt());
        return new TransactionEnd(commits, transaction, time, dropped);
    }

    private static List<RelationFork> relations(ByteBuffer fields) {
        int count = fields.getInt();
        List<RelationFork> relations = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            relations.add(RelationFields.read(fields, Fork.MAIN));
        }
        return List.copyOf(relations);
    }

    private static void skip(ByteBuffer fields, int count, int bytes) {
        long wanted = Integer.toUnsignedLong(count) * bytes;
        if (wanted > fields.remaining()) {
            throw new BufferUnderflowException();
        }
        fields.position(fields.position() + (int) wanted);
    }
}
