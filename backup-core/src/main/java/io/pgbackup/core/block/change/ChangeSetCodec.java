package io.pgbackup.core.block.change;

import io.pgbackup.core.manifest.MalformedContentException;
import io.pgbackup.core.postgres.files.Fork;
import io.pgbackup.core.postgres.wal.record.RelationFork;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The written form of changes: forks in their order, each page as its distance from the one before. */
final class ChangeSetCodec {
    private static final int FORK = 3;
    private static final int SAME_DIRECTORY = 4;
    private static final int HAS_LIMIT = 8;
    private static final int KNOWN = 15;
    private static final long LARGEST = 0xFFFF_FFFFL;
    private static final Fork[] FORKS = Fork.values();

    private ChangeSetCodec() {}

    static void write(ChangeSet changes, NumberOutput out) throws IOException {
        out.number(changes.forks().size());
        RelationFork before = null;
        for (Map.Entry<RelationFork, ForkChanges> entry : new TreeMap<>(changes.forks()).entrySet()) {
            RelationFork fork = entry.getKey();
            ForkChanges of = entry.getValue();
            boolean same = isSameDirectory(before, fork);
            out.octet(fork.fork().ordinal()
                    | (same ? SAME_DIRECTORY : 0)
                    | (of.limit().isPresent() ? HAS_LIMIT : 0));
            if (!same) {
                out.number(fork.tablespace());
                out.number(fork.database());
            }
            out.number(fork.fileNode() - (same && before != null ? before.fileNode() : 0));
            if (of.limit().isPresent()) {
                out.number(of.limit().getAsLong());
            }
            blocks(of.blocks(), out);
            before = fork;
        }
    }

    private static boolean isSameDirectory(@Nullable RelationFork before, RelationFork fork) {
        return before != null && before.tablespace() == fork.tablespace() && before.database() == fork.database();
    }

    private static void blocks(BlockSet blocks, NumberOutput out) throws IOException {
        out.number(blocks.count());
        long expected = 0;
        for (long block = blocks.next(0); block < BlockSet.END; block = blocks.next(expected)) {
            out.number(block - expected);
            expected = block + 1;
        }
    }

    static ChangeSet read(NumberInput in) throws IOException {
        ChangeSet changes = new ChangeSet();
        long forks = in.number();
        RelationFork before = null;
        for (long index = 0; index < forks; index++) {
            int flags = in.octet();
            RelationFork fork = fork(in, flags, before);
            if ((flags & ~KNOWN) != 0 || !ChangeSet.isTold(fork) || before != null && before.compareTo(fork) >= 0) {
                throw new MalformedContentException("changed forks are out of order");
            }
            long limit = BlockSet.END;
            if ((flags & HAS_LIMIT) != 0) {
                limit = in.number(LARGEST, "a limit");
                changes.cut(fork, limit);
            }
            blocks(in, changes, fork, limit);
            before = fork;
        }
        return changes;
    }

    private static RelationFork fork(NumberInput in, int flags, @Nullable RelationFork before) throws IOException {
        Fork kind = FORKS[flags & FORK];
        if ((flags & SAME_DIRECTORY) == 0) {
            return new RelationFork(
                    in.number(LARGEST, "a tablespace"),
                    in.number(LARGEST, "a database"),
                    in.number(LARGEST, "a node"),
                    kind);
        }
        if (before == null) {
            throw new MalformedContentException("the first changed fork is beside none");
        }
        long node = before.fileNode() + in.number(LARGEST - before.fileNode(), "a node");
        return new RelationFork(before.tablespace(), before.database(), node, kind);
    }

    private static void blocks(NumberInput in, ChangeSet changes, RelationFork fork, long limit) throws IOException {
        long count = in.number();
        if (count == 0 && limit == BlockSet.END) {
            throw new MalformedContentException("nothing happened to a changed fork");
        }
        long block = -1;
        for (long index = 0; index < count; index++) {
            long room = limit - block - 2;
            if (room < 0) {
                throw new MalformedContentException("changed pages lie behind the limit");
            }
            block += 1 + in.number(room, "a page");
            changes.mark(fork, block);
        }
    }
}
