package io.pgbackup.core.block.change;

import io.pgbackup.core.manifest.UnitRuns;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A set of pages of one fork. Takes about two bytes a page where few of many were changed, and never much more than a bit for each page of the range. Not
 * safe for use by many threads.
 */
public final class BlockSet {
    /** One more than any page has. */
    static final long END = 1L << 32;

    private final TreeMap<Integer, BlockChunk> chunks = new TreeMap<>();
    private int lastKey = -1;
    private @Nullable BlockChunk last;

    /** Makes an empty set. */
    public BlockSet() {}

    /** Receives pages. */
    @FunctionalInterface
    interface BlockConsumer {
        void block(long block);
    }

    /**
     * Adds a page.
     *
     * @param block its number in the fork, unsigned 32 bits
     */
    public void add(long block) {
        int key = (int) (block >>> 16);
        BlockChunk chunk = last;
        if (key != lastKey || chunk == null) {
            chunk = chunks.computeIfAbsent(key, absent -> new BlockChunk());
            last = chunk;
            lastKey = key;
        }
        chunk.add((int) (block & 0xFFFF));
    }

    /** Removes a page and all behind it. */
    void removeFrom(long block) {
        if (block >= END) {
            return;
        }
        int key = (int) (block >>> 16);
        chunks.tailMap(key, false).clear();
        BlockChunk cut = chunks.get(key);
        if (cut != null) {
            cut.removeFrom((int) (block & 0xFFFF));
        }
        last = null;
        lastKey = -1;
    }

    void forEach(BlockConsumer consumer) {
        for (Map.Entry<Integer, BlockChunk> entry : chunks.entrySet()) {
            long first = (long) entry.getKey() << 16;
            BlockChunk chunk = entry.getValue();
            for (int at = chunk.next(0); at < BlockChunk.RANGE; at = chunk.next(at + 1)) {
                consumer.block(first + at);
            }
        }
    }

    /**
     * How many pages there are.
     *
     * @return at least 0
     */
    public long count() {
        return chunks.values().stream().mapToLong(BlockChunk::count).sum();
    }

    /** The pages of a stretch, counted from its begin. */
    UnitRuns within(long first, int count) {
        UnitRuns.Builder units = new UnitRuns.Builder();
        long end = Math.min(END, first + count);
        long at = next(first);
        while (at < end) {
            units.add((int) (at - first), 1);
            at = next(at + 1);
        }
        return units.build();
    }

    /** The first page that is not before another; {@link #END} if there is none. */
    long next(long from) {
        for (Map.Entry<Integer, BlockChunk> entry = chunks.ceilingEntry((int) Math.min(from >>> 16, BlockChunk.RANGE));
                entry != null;
                entry = chunks.higherEntry(entry.getKey())) {
            long first = (long) entry.getKey() << 16;
            int found = entry.getValue().next((int) Math.max(0, from - first));
            if (found < BlockChunk.RANGE) {
                return first + found;
            }
        }
        return END;
    }
}
