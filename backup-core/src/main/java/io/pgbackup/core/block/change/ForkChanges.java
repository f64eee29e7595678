package io.pgbackup.core.block.change;

import java.util.OptionalLong;

/** What the log says of one fork. Not safe for use by many threads. */
public final class ForkChanges {
    private final BlockSet blocks = new BlockSet();
    private long limit = BlockSet.END;

    ForkChanges() {}

    /**
     * The fewest pages that the fork had for a while; 0 if it was made anew. What lies there now is of no kin to what lay there before.
     *
     * @return empty if it never became shorter
     */
    public OptionalLong limit() {
        return limit == BlockSet.END ? OptionalLong.empty() : OptionalLong.of(limit);
    }

    /**
     * The pages before the limit that were changed. What lies behind it is another page in any case.
     *
     * @return not to be changed
     */
    public BlockSet blocks() {
        return blocks;
    }

    /** The first page that is of no kin to that of before; {@link BlockSet#END} if all may be. */
    long limitOrEnd() {
        return limit;
    }

    void cut(long length) {
        blocks.removeFrom(length);
        limit = Math.min(limit, length);
    }

    void mark(long block) {
        if (block < limit) {
            blocks.add(block);
        }
    }

    /** Adds what happened later. */
    void addLater(ForkChanges later) {
        cut(later.limit);
        later.blocks.forEach(this::mark);
    }
}
