package io.pgbackup.core.archive;

import java.lang.ref.SoftReference;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Arrays as long as segments, used again and again: clearing new ones costs a tenth of what is done with them. Few are kept, and those go when the process needs the
 * memory. Safe for use by many threads.
 */
final class LentMemory {
    private static final int LEAST = 1 << 20;

    private final int most;
    private final ConcurrentLinkedDeque<SoftReference<byte[]>> idle = new ConcurrentLinkedDeque<>();

    /** Keeps not more than a few. */
    LentMemory(int most) {
        this.most = most;
    }

    /** An array that is long enough, with anything in it, and not twice as long. */
    byte[] take(int length) {
        for (Iterator<SoftReference<byte[]>> all = idle.iterator(); all.hasNext(); ) {
            SoftReference<byte[]> next = all.next();
            byte[] array = next.get();
            if (array == null) {
                idle.remove(next);
            } else if (array.length >= length && array.length / 2 <= length && idle.remove(next)) {
                return array;
            }
        }
        return new byte[length];
    }

    /** Takes back what nobody uses any more. */
    void giveBack(byte[] array) {
        if (array.length >= LEAST) {
            idle.addFirst(new SoftReference<>(array));
            while (idle.size() > most) {
                idle.pollLast();
            }
        }
    }
}
