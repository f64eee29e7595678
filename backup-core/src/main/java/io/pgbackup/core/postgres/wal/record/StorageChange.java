package io.pgbackup.core.postgres.wal.record;

import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.WalFormat;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Files or directories of relations were made, cut or removed: what page references do not tell. */
public sealed interface StorageChange {
    /**
     * A fork began to exist, with no page.
     *
     * @param relation the fork
     */
    record Created(RelationFork relation) implements StorageChange {}

    /**
     * Forks of a relation were cut.
     *
     * @param relation its main fork
     * @param blocks how many pages of the main fork are left
     * @param main whether the main fork was cut
     * @param visibility whether its visibility map was
     */
    record Truncated(RelationFork relation, long blocks, boolean main, boolean visibility) implements StorageChange {}

    /**
     * The directory of a database was made or removed: all its files are others.
     *
     * @param tablespace object identifier
     * @param database object identifier
     */
    record Directory(long tablespace, long database) {}

    /**
     * A database was made or removed.
     *
     * @param directories of the database
     */
    record DatabaseChanged(List<Directory> directories) implements StorageChange {
        /** Copies the list. */
        public DatabaseChanged {
            directories = List.copyOf(directories);
        }
    }

    /**
     * What a record says.
     *
     * @param record any
     * @return empty if it changes no files
     * @throws MalformedWalException if it says less than it must, or is of an unknown kind
     */
    static Optional<StorageChange> of(WalRecord record) {
        try {
            return switch (record.head().resourceManager()) {
                case ResourceManager.STORAGE -> Optional.of(Reader.storage(record));
                case ResourceManager.DATABASE -> Reader.database(record);
                default -> Optional.empty();
            };
        } catch (BufferUnderflowException e) {
            throw record.tooShort();
        }
    }

    /** The forms (PostgreSQL {@code storage_xlog.h} and {@code dbcommands_xlog.h}). */
    final class Reader {
        private static final int CREATE = 0x10;
        private static final int TRUNCATE = 0x20;
        private static final int CUTS_MAIN = 1;
        private static final int CUTS_VISIBILITY = 2;
        private static final Fork[] FORKS = Fork.values();

        private Reader() {}

        private static StorageChange storage(WalRecord record) {
            ByteBuffer fields = record.fields();
            switch (record.head().operation()) {
                case CREATE -> {
                    RelationFork main = RelationFields.read(fields, Fork.MAIN);
                    int fork = fields.getInt();
                    if (fork < 0 || fork >= FORKS.length) {
                        throw unknown(record, "fork " + fork);
                    }
                    return new Created(main.withFork(FORKS[fork]));
                }
                case TRUNCATE -> {
                    long blocks = RelationFields.number(fields);
                    RelationFork main = RelationFields.read(fields, Fork.MAIN);
                    int flags = fields.getInt();
                    return new Truncated(main, blocks, (flags & CUTS_MAIN) != 0, (flags & CUTS_VISIBILITY) != 0);
                }
                default -> throw unknown(record, "change of storage");
            }
        }

        private static Optional<StorageChange> database(WalRecord record) {
            ByteBuffer fields = record.fields();
            boolean before15 = record.format().compareTo(WalFormat.V15) < 0;
            int operation = record.head().operation();
            boolean creates = operation == 0x00 || !before15 && operation == 0x10;
            boolean drops = operation == (before15 ? 0x10 : 0x20);
            if (!creates && !drops) {
                throw unknown(record, "change of a database");
            }
            long database = RelationFields.number(fields);
            List<Directory> directories = new ArrayList<>();
            long count = creates ? 1 : RelationFields.number(fields);
            for (long index = 0; index < count; index++) {
                directories.add(new Directory(RelationFields.number(fields), database));
            }
            return Optional.of(new DatabaseChanged(directories));
        }

        private static MalformedWalException unknown(WalRecord record, String what) {
            return new MalformedWalException(
                    WalProblem.UNSUPPORTED, record.start(), "the record is of an unknown " + what);
        }
    }
}
